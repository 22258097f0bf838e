import { AIStreamController } from 'ai-stream-handler/lit'

console.log(new AIStreamController({ addController() {}, requestUpdate() {} }, { agent: 'a' }).snapshot.status)
