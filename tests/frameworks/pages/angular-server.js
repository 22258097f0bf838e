import '@angular/compiler'
import { createEnvironmentInjector, Injector, runInInjectionContext } from '@angular/core'
import { provideZonelessChangeDetection } from '@angular/core'
import { injectAIStreamHandler } from 'ai-stream-handler/angular'
import { ɵChangeDetectionScheduler } from '@angular/core'

const injector = createEnvironmentInjector([provideZonelessChangeDetection()], Injector.create({ providers: [] }))
console.log(runInInjectionContext(injector, () => injectAIStreamHandler({ agent: 'a' }).status()))
