// The plotting library comes as CommonJS modules. `define_module(name, body)` registers one, `load_module(name)` runs it
// once, on first use.
const limes_modules = (() => {
  const bodies = new Map(), loaded = new Map();
  // One module calls another by a name that is not its file's.
  const aliases = { "vega-selections": "vega-selection" };
  function load(name) {
    name = aliases[name] || name;
    if (loaded.has(name)) return loaded.get(name).exports;
    if (!bodies.has(name)) throw new Error("module " + name + " is not part of this page");
    const module = { exports: {} };
    loaded.set(name, module);
    bodies.get(name)(module, module.exports, load);
    return module.exports;
  }
  return { define: (name, body) => bodies.set(name, body), load, names: () => [...bodies.keys()] };
})();
