import '@angular/compiler'
import { injectAIStreamHandler } from 'ai-stream-handler/angular'

// Outside of an injection context it says so; a platform for servers is not installed.
try {
  injectAIStreamHandler({ agent: 'a' })
} catch (error) {
  console.log(/injection context|NG0203/.test(error.message) ? 'idle' : error.message)
}
