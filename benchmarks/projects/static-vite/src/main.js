import "./style.css"; document.querySelector("#app").textContent = `built, not served from source`;
