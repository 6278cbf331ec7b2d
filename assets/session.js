/* A session that ended: asks for the password over the page, then sends again what was refused. */
(function () {
  "use strict";
  var plain = window.fetch.bind(window);
  var waiting = null;

  function cookie(name) {
    var found = document.cookie.split("; ").find(function (c) { return c.indexOf(name + "=") === 0; });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }
  function ours(input) {
    return new URL(typeof input === "string" ? input : input.url || String(input), location.href)
      .origin === location.origin;
  }
  function build() {
    var cover = document.createElement("div");
    cover.className = "relogin";
    cover.innerHTML = '<form role="dialog" aria-modal="true" aria-labelledby="relogin-title">' +
      '<h2 id="relogin-title">会话已结束，请重新登录</h2>' +
      "<p>页面和已填写的内容都保留着，登录后继续。</p>" +
      '<label>用户名<input name="username" autocomplete="username" autocapitalize="none"></label>' +
      '<label>密码<input name="password" type="password" autocomplete="current-password"></label>' +
      '<label class="second" hidden>动态口令<input name="code" inputmode="numeric" ' +
      'autocomplete="one-time-code"></label>' +
      '<p class="error" role="alert" hidden></p><button type="submit">登录并继续</button>' +
      '<a href="/signin#device">大屏用设备码登录</a></form>';
    cover.querySelector("a").href = "/signin?next=" + encodeURIComponent(location.pathname) + "#device";
    return cover;
  }
  function ask() {
    if (waiting) return waiting;
    waiting = new Promise(function (resolve) {
      var cover = build(), form = cover.firstChild, error = form.querySelector(".error");
      var before = document.activeElement;
      document.body.appendChild(cover);
      form.username.value = window.hubeiUser || "";
      (form.username.value ? form.password : form.username).focus();
      cover.addEventListener("keydown", function (event) { event.stopPropagation(); });
      function done() {
        cover.remove(); waiting = null;
        if (before && before.focus) before.focus();
        document.dispatchEvent(new CustomEvent("hubei:session", { detail: { open: true } }));
        resolve();
      }
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        error.hidden = true;
        plain("/api/v1/session", {
          method: "POST", headers: { "content-type": "application/json" },
          body: JSON.stringify({ username: form.username.value.trim(), password: form.password.value,
                                 code: form.code.value })
        }).then(function (answer) {
          if (answer.ok) return answer.json().then(function (told) {
            // somebody else signed in: what the page shows is not theirs
            var shown = document.getElementById("live-who");
            var who = (shown && shown.getAttribute("data-account")) || "";
            if (who && who !== told.user) location.reload(); else done();
          });
          return answer.json().then(function (told) {
            error.textContent = told.detail; error.hidden = false;
            if (/second-factor-required$/.test(told.type || "")) {
              form.querySelector(".second").hidden = false;
              form.code.value = ""; form.code.focus();
              return;
            }
            form.password.value = ""; form.password.focus();
          });
        }).catch(function () {
          error.textContent = "连不上服务器，请检查网络后重试"; error.hidden = false;
        });
      });
      // another tab may sign in for this one
      var timer = setInterval(function () {
        if (!cover.isConnected) return clearInterval(timer);
        if (document.activeElement === form.password && form.password.value) return;
        plain("/api/v1/session").then(function (answer) {
          if (answer.ok && cover.isConnected) { clearInterval(timer); done(); }
        }).catch(function () { /* still away */ });
      }, 5000);
    });
    return waiting;
  }
  function again(init) {
    var next = Object.assign({}, init || {});
    var headers = new Headers(next.headers || {});
    if (headers.has("X-CSRFToken")) headers.set("X-CSRFToken", cookie("_csrf_token"));
    next.headers = headers;
    return next;
  }
  window.fetch = function (input, init) {
    return plain(input, init).then(function (answer) {
      if (answer.status !== 401 || !ours(input) || typeof input !== "string") return answer;
      return ask().then(function () { return window.fetch(input, again(init)); });
    });
  };
  window.hubeiSignIn = ask;
  window.hubeiCsrf = function () { return cookie("_csrf_token"); };
})();
