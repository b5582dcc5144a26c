# Texts of the demo's university, in simplified Chinese: its own sign-in, with no second password.

common-contact-office = { $tenant } 信息中心
login-title = 大学登录
login-user-id-hint = 请输入学号或教职员编号。
login-password-hint = 请输入大学的密码。
login-notice-1 = 此页面是{ $tenant }的认证页面。密码仅由大学核对，不会提供给您使用的服务。
login-notice-2 = 使用公用电脑时，请在使用完毕后关闭所有浏览器窗口。
login-notice-3 = 请勿在其他服务中使用大学的密码，也不要将密码告诉他人。
login-notice-4 = 忘记密码时，请携带学生证到信息中心的窗口办理重新发放。
e-06 = 用户ID或密码不正确。
e-11 = 认证系统发生错误。请稍候再试。
logged-out-2 = 您可能尚未退出其他服务。使用公用电脑时，请关闭所有浏览器窗口。
