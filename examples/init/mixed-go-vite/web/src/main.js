document.querySelector("#app").textContent = `mode ${import.meta.env.MODE}`;
