import '@angular/compiler'
import { provideZonelessChangeDetection } from '@angular/core'
import { bootstrapApplication, provideClientHydration } from '@angular/platform-browser'
import { provideServerRendering, renderApplication } from '@angular/platform-server'
import { chatComponent } from './angular-chat.js'

// Angular says there that it runs in development mode.
const { log } = console
console.log = () => {}
const Chat = chatComponent({ notify: 'sync', ...JSON.parse(process.argv[2]) }, 'chat')
const providers = [provideZonelessChangeDetection(), provideServerRendering(), provideClientHydration()]
const html = await renderApplication((context) => bootstrapApplication(Chat, { providers }, context), { document: '<html><head></head><body><app-chat></app-chat></body></html>' })
// The mark that nothing has changed the server's text has to be the first in the body.
log(html.slice(html.indexOf('<body') , html.lastIndexOf('</body>')).replace(/^<body[^>]*>/, ''))
