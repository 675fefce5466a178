// Unsaved words of one draft on this device, under the member's id: another
// member on the same device does not get them. Each open tab has an entry of its
// own, so that one tab does not throw away what only another one has.

export function deviceWords(place) {
  const prefix = `${place}#`;
  const own = prefix + Math.random().toString(36).slice(2, 10);
  return {
    works: true,

    keep(entry) {
      try {
        localStorage.setItem(own, JSON.stringify({ ...entry, at: Date.now() }));
        return (this.works = true);
      } catch {
        return (this.works = false);
      }
    },

    drop(name = own) {
      try {
        localStorage.removeItem(name);
      } catch {
        // nothing is kept where nothing can be kept
      }
    },

    dropAll() {
      for (const name of names(prefix)) this.drop(name);
    },

    // The newest entry of other tabs and times that is wanted; the rest is thrown away.
    others(wanted) {
      const found = [];
      for (const name of names(prefix)) {
        if (name === own) continue;
        const entry = read(name);
        if (entry && wanted(entry)) found.push({ ...entry, name });
        else this.drop(name);
      }
      return found.sort((a, b) => b.at - a.at)[0];
    },
  };
}

function names(prefix) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

function read(name) {
  try {
    const { title, body, at } = JSON.parse(localStorage.getItem(name));
    return typeof title === "string" && typeof body === "string" ? { title, body, at: Number(at) || 0 } : null;
  } catch {
    return null;
  }
}
