/* Sends the sign-in form, takes the steps that a policy puts before the work, and goes on. */
(function () {
  "use strict";
  var form = document.getElementById("signin");
  var error = form.querySelector(".error");
  var submit = form.querySelector("button[type=submit]");
  var other = form.querySelector(".other");
  var STEPS = { name: "登录", code: "登录", second: "登录", change: "更换密码", enrol: "启用动态口令",
                codes: "已抄存，继续" };
  var at = "name", home = "/", signed = {};

  var provider = form.querySelector(".provider");  // whom one may also sign in with

  function target() {
    var asked = new URLSearchParams(location.search).get("next") || "";
    try {
      var url = new URL(asked, location.origin);
      if (asked && asked.charAt(0) === "/" && url.origin === location.origin &&
          url.pathname !== "/signin") return url.pathname + url.search + url.hash;
    } catch (_) { /* not an address */ }
    return home || "/";
  }
  function say(text) { error.textContent = text; error.hidden = !text; }
  function show(step) {
    at = step;
    Object.keys(STEPS).forEach(function (name) {
      form.querySelector(".by-" + name).hidden = name !== step;
    });
    submit.textContent = STEPS[step];
    submit.disabled = false;
    other.hidden = step !== "name" && step !== "code";
    if (provider) provider.hidden = step !== "name";
    other.textContent = step === "code" ? "用用户名和密码登录" : "大屏用设备码登录";
    say("");
    var first = form.querySelector(".by-" + step + " input");
    if (first) first.focus();
  }
  other.addEventListener("click", function () { show(at === "code" ? "name" : "code"); });
  if (location.hash === "#device") show("code");
  if (provider) {
    var wanted = target();
    if (wanted !== "/") provider.href += "?next=" + encodeURIComponent(wanted);
  }

  function csrf() {
    var found = document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/);
    return found ? decodeURIComponent(found[1]) : "";
  }
  function post(path, body) {
    submit.disabled = true; say("");
    return fetch(path, {
      method: "POST", body: JSON.stringify(body),
      headers: { "content-type": "application/json", "X-CSRFToken": csrf() }
    }).then(function (answer) {
      if (answer.status === 204) return { ok: true, told: {} };
      return answer.json().then(function (told) { return { ok: answer.ok, told: told }; });
    }).catch(function () { return { ok: false, told: { detail: "连不上服务器，请检查网络后重试" } }; });
  }
  function refused(told) {
    submit.disabled = false;
    say(told.detail || told.title || "没有通过，请重试");
  }

  // what a signed-in session must still do: nothing, a new password, or a second factor
  function on(told) {
    home = told.home;
    if (told.pending === "password") return show("change");
    if (told.pending === "totp") return enrol();
    location.replace(target());
  }
  function enrol() {
    return post("/api/v1/session/totp", {}).then(function (made) {
      if (!made.ok) return refused(made.told);
      var box = form.querySelector(".qr");
      box.innerHTML = made.told.svg;  // drawn by the center itself
      form.querySelector(".by-enrol code").textContent = made.told.secret;
      show("enrol");
    });
  }
  function again() {
    return fetch("/api/v1/session").then(function (answer) { return answer.json(); }).then(on);
  }

  var doing = {
    name: function () {
      signed = { username: form.username.value.trim(), password: form.password.value };
      if (!signed.username || !signed.password) return say("请填写用户名和密码");
      return enter(signed);
    },
    second: function () {
      if (!form.code.value.trim()) return say("请输入动态口令");
      return enter(Object.assign({ code: form.code.value }, signed));
    },
    code: function () {
      if (!form.device_code.value) return say("请填写设备码");
      return enter({ device_code: form.device_code.value });
    },
    change: function () {
      if (form.fresh.value !== form.again.value) return say("两次输入的新密码不同");
      return post("/api/v1/session/password", { old: signed.password || form.password.value,
                                                new: form.fresh.value })
        .then(function (done) { if (done.ok) again(); else refused(done.told); });
    },
    enrol: function () {
      return post("/api/v1/session/totp/confirm", { code: form.first.value }).then(function (done) {
        if (!done.ok) return refused(done.told);
        var list = form.querySelector(".by-codes ol");
        list.replaceChildren.apply(list, done.told.backup_codes.map(function (code) {
          var line = document.createElement("li");
          line.textContent = code;
          return line;
        }));
        show("codes");
      });
    },
    codes: again
  };
  function enter(body) {
    return post("/api/v1/session", body).then(function (answer) {
      if (answer.ok) return on(answer.told);
      if (/second-factor-required$/.test(answer.told.type || "") && at === "name") {
        return show("second");
      }
      refused(answer.told);
      if (at === "name") form.password.value = "";
      form.code.value = "";
    });
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    doing[at]();
  });
  // back from the provider with something still to be done, or signed in elsewhere meanwhile
  if (csrf() && at === "name" && error.hidden) {
    fetch("/api/v1/session").then(function (answer) {
      if (answer.ok) answer.json().then(function (told) { if (told.pending) on(told); });
    }).catch(function () { /* no link: the form stands as it is */ });
  }
})();
