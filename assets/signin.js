/* Sends the sign-in form and goes back to where the reader was. */
(function () {
  "use strict";
  var form = document.getElementById("signin");
  var error = form.querySelector(".error");
  var submit = form.querySelector("button[type=submit]");
  var other = form.querySelector(".other");
  var byName = form.querySelector(".by-name"), byCode = form.querySelector(".by-code");

  function target(home) {
    var asked = new URLSearchParams(location.search).get("next") || "";
    try {
      var url = new URL(asked, location.origin);
      if (asked && asked.charAt(0) === "/" && url.origin === location.origin &&
          url.pathname !== "/signin") return url.pathname + url.search + url.hash;
    } catch (_) { /* not an address */ }
    return home || "/";
  }
  function say(text) { error.textContent = text; error.hidden = !text; }
  function codeMode(on) {
    byCode.hidden = !on; byName.hidden = on; say("");
    other.textContent = on ? "用用户名和密码登录" : "大屏用设备码登录";
    (on ? byCode : byName).querySelector("input").focus();
  }
  other.addEventListener("click", function () { codeMode(byCode.hidden); });
  if (location.hash === "#device") codeMode(true);

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var body = byCode.hidden
      ? { username: form.username.value.trim(), password: form.password.value }
      : { device_code: form.device_code.value };
    if (byCode.hidden && (!body.username || !body.password)) return say("请填写用户名和密码");
    if (!byCode.hidden && !body.device_code) return say("请填写设备码");
    submit.disabled = true; say("");
    fetch("/api/v1/session", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body)
    }).then(function (answer) {
      return answer.json().then(function (told) {
        if (answer.ok) { location.replace(target(told.home)); return; }
        submit.disabled = false;
        say(told.detail || told.title || "登录失败，请重试");
        form.password.value = "";
      });
    }).catch(function () {
      submit.disabled = false;
      say("连不上服务器，请检查网络后重试");
    });
  });
})();
