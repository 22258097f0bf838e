import '@angular/compiler'
import { provideZonelessChangeDetection } from '@angular/core'
import { bootstrapApplication, provideClientHydration } from '@angular/platform-browser'
import { chatComponent } from './angular-chat.js'
import { start } from './page.js'

start(null, async (target, options, name) => {
  const app = await bootstrapApplication(chatComponent(options, name), { providers: [provideZonelessChangeDetection(), provideClientHydration()] })
  return () => app.destroy()
})
