// React, imported once: a bundler would keep an import of its own for each file. As a namespace, because a version that is too
// old lacks some of its names.

import * as React from 'react'

export { React }
