/* Before what cannot be called back: asks for the password or a one-time password beside the work,
   then sends again what was refused. Nothing typed on the page is touched. */
(function () {
  "use strict";
  var inner = window.fetch, waiting = null;

  function ours(input) {
    return typeof input === "string" && new URL(input, location.href).origin === location.origin;
  }
  function build(words, provider) {
    var box = document.createElement("form");
    box.className = "step-up";
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", "再次验证身份");
    box.innerHTML = '<p></p><div><input type="password" name="proof" autocomplete="current-password"' +
      ' aria-label="密码或 6 位动态口令" placeholder="密码，或 6 位动态口令">' +
      '<button type="submit">确认 <kbd>⏎</kbd></button><button type="button">取消 <kbd>Esc</kbd></button>' +
      '</div><p class="error" role="alert"></p>';
    box.querySelector("p").textContent = words;
    if (provider) {  // in a window of its own: what is typed here stays
      var out = document.createElement("a");
      out.href = "/oidc/step-up"; out.target = "_blank"; out.rel = "noopener";
      out.textContent = "用" + provider + "验证";
      box.insertBefore(out, box.querySelector(".error"));
    }
    return box;
  }
  function ask(words, provider) {
    if (waiting) return waiting;
    waiting = new Promise(function (resolve) {
      var box = build(words, provider), error = box.querySelector(".error"), before = document.activeElement;
      var field = box.querySelector("input");
      var out = box.querySelector("a");
      function back() { done(true); }  // sent again; who was not proved is asked once more
      if (out) out.addEventListener("click", function () {
        window.addEventListener("focus", back, { once: true });
      });
      function done(proved) {
        window.removeEventListener("focus", back);
        box.remove(); waiting = null;
        if (before && before.focus) before.focus();
        resolve(proved);
      }
      document.body.appendChild(box);
      field.focus();
      box.addEventListener("keydown", function (event) {
        event.stopPropagation();
        if (event.key === "Escape") done(false);
      });
      box.querySelector("button[type=button]").addEventListener("click", function () { done(false); });
      box.addEventListener("submit", function (event) {
        event.preventDefault();
        var typed = field.value, body = /^\d{6}$/.test(typed) ? { code: typed } : { password: typed };
        if (!typed) { error.textContent = "请输入密码或动态口令"; return; }
        inner("/api/v1/session/step-up", {
          method: "POST", body: JSON.stringify(body),
          headers: { "content-type": "application/json", "X-CSRFToken": window.hubeiCsrf() }
        }).then(function (answer) {
          if (answer.ok) return done(true);
          return answer.json().then(function (told) {
            error.textContent = told.detail || "没有通过，请重试";
            field.value = ""; field.focus();
          });
        }).catch(function () { error.textContent = "连不上服务器，请检查网络后重试"; });
      });
    });
    return waiting;
  }
  window.fetch = function (input, init) {
    return inner(input, init).then(function (answer) {
      if (answer.status !== 403 || !answer.headers.get("x-step-up") || !ours(input)) return answer;
      return answer.clone().json().then(function (told) {
        var provider = decodeURIComponent(answer.headers.get("x-step-up-provider") || "");
        return ask(told.detail || "请再次输入密码", provider).then(function (proved) {
          if (proved) return window.fetch(input, init);
          if (window.dash_clientside && window.dash_clientside.set_props) {
            window.dash_clientside.set_props("live-notice", { children: "没有验证身份，操作没有执行；已填内容都在" });
          }
          return answer;
        });
      });
    });
  };
})();
