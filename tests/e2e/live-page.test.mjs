import { liveWith } from './live.mjs'

liveWith('page')
