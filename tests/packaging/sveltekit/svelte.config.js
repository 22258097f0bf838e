// Without an adapter: `vite preview` serves what was built.
export default { kit: { files: { assets: 'public' } } }
