# Every text of pages and mails, in simplified Chinese. Titles and labels are those of journeys part 7.

## Common

common-service-name = 证书开具服务
common-page-title = { $tenant } { $title }
common-notice-heading = 注意事项
common-notice-must-read = 请务必阅读注意事项
common-ok = 确定
common-yes = 是
common-no = 否
common-back = 返回
common-close = 关闭
common-go-login = 前往登录页面
common-continue = 继续
common-back-to-service = 返回服务页面
common-show-input = 显示输入的内容
common-hide-input = 隐藏输入的内容
common-required = 必填
common-error-summary = 请检查您输入的内容。
common-user-id-line = 用户ID：{ $user_id_masked }
common-contact-heading = 咨询
common-contact-office = { $tenant } 负责窗口
common-contact-operator = 有关服务操作的咨询
common-contact-chat = 在线咨询（在新窗口中打开）
common-reference = 咨询编号：{ $ref }
common-reference-hint = 咨询时请告知此编号。其中不包含个人信息。
common-mail-help-heading = 收不到邮件时
common-mail-help-spam = 请确认邮件是否被归入垃圾邮件文件夹。
common-mail-help-domain = 请将邮箱设置为可以接收来自“{ $mail_domain }”的邮件以及含有链接的邮件。
common-mail-help-carrier = 手机运营商的邮箱可能会因接收设置而收不到邮件。设置方法请向各手机运营商确认。
common-mail-help-delay = 邮件可能需要几分钟才能送达。
common-mail-status-queued = 正在发送邮件。
common-mail-status-sent = 邮件已发送（{ $time }）。
common-mail-status-delivered = 收件方的邮件服务器已接收邮件（{ $time }）。
common-mail-status-delayed = 由于收件方邮件服务器的原因，邮件投递有所延迟。
common-mail-status-refused = 收件方的邮件服务器拒收了邮件。请检查电子邮箱和接收设置。
common-mail-status-refresh = 更新投递状态
common-mail-code-field = 确认码
common-mail-code-hint = 您也可以在此页面输入邮件中的确认码（{ $digits }位数字）。
common-mail-help-full = 请确认收件箱的容量是否充足。
common-contact-phone = 电话：{ $phone }
common-contact-hours = 受理时间：{ $hours }
common-contact-url = 咨询页面（在新窗口中打开）
common-mail-status-failed = { e-66 }
common-list-separator = 、
common-announcement = 因系统维护，{ $from } 至 { $until }（日本时间）期间无法使用本服务。

## The end of a page's time

limit-until = 本页面的有效时间至{ $time }。
limit-reload = 延长有效时间时，页面将重新加载。
limit-extend = 延长有效时间
limit-soon = 本页面的有效时间还剩约{ $minutes }分钟。
limit-last = 本次登录的有效时间还剩约{ $minutes }分钟。出于安全考虑，无法继续延长。
limit-extended = 有效时间已延长。
limit-failed = 未能延长有效时间。请检查网络连接后重试。
limit-over = 本次登录已结束。请重新加载页面，然后再次登录。

## P-01 Student Login

login-title = 在校生登录
login-language-label = 显示语言
login-language-submit = 切换显示语言
login-user-id = 用户ID
login-user-id-hint = 请输入您在大学使用的用户ID（学号）。
login-password = 密码
login-password-hint = 请输入您在大学使用的密码。
login-federated-lead = 按“登录”后，将转到{ $tenant }的认证页面。请使用您在大学使用的用户ID和密码登录。
login-submit = 登录
login-forgot-second = 忘记第二密码？
login-forgot-university = 忘记大学密码？（大学的说明页面）
login-other-kind = 毕业生请点击此处
login-notice-1 = 首次使用时，登录后需要注册电子邮箱并设置第二密码。
login-notice-2 = 使用公用电脑时，请在使用完毕后务必退出登录，并关闭所有浏览器窗口。
login-notice-3 = 本服务无法更改或重新发放大学的密码。请按照大学的说明办理。
login-notice-4 = 已毕业、结业或退学的人士无法使用在校生登录。

## P-02 Set Your E-mail Address

email-set-title = 设置电子邮箱
email-set-lead = 首次登录时，请注册用于联系您的电子邮箱。
email-set-lead-again = 您的电子邮箱注册已被解除。请注册新的电子邮箱。
email-set-bounced = 上一封邮件未能送达。建议您注册其他电子邮箱。
email-set-address = 电子邮箱
email-set-address-placeholder = 电子邮箱
email-set-confirm = 再次输入
email-set-confirm-placeholder = 电子邮箱
email-set-submit = 确认
email-set-notice-1 = 我们将向您输入的电子邮箱发送确认邮件。请在{ $minutes }分钟内打开邮件中的链接，完成注册。
email-set-notice-2 = 如果您设置了垃圾邮件过滤，请事先将邮箱设置为可以接收来自“{ $mail_domain }”的邮件。
email-set-notice-3 = 登录所需的验证码也将发送至此电子邮箱。请注册只有您本人可以查看的电子邮箱。
email-set-notice-4 = 建议注册毕业后仍可使用的电子邮箱。

## P-03 Confirmation E-mail Sent

email-sent-title = 确认邮件已发送
email-sent-body = 确认邮件已发送至 { $email }。请打开邮件中的链接，在{ $expires_at }之前完成注册。
email-sent-device = 您也可以在智能手机等其他设备上打开链接。您可以关闭此页面。
email-sent-wait = 注册完成后，此页面将自动切换。
email-sent-check = 查看注册状态
email-sent-code-submit = 完成注册
email-sent-after = 注册完成后，请从登录页面重新登录。
email-sent-resend = 重新发送确认邮件
email-sent-resent = 确认邮件已重新发送。之前邮件中的链接已无法使用。
email-sent-edit = 修改电子邮箱

## P-04 Complete E-mail Registration

email-confirm-title = 完成邮箱注册
email-confirm-body = 将注册以下电子邮箱。请按“完成注册”。
email-confirm-target = { $email_masked }（用户ID：{ $user_id_masked }）
email-confirm-submit = 完成注册
email-confirm-stranger = 如果这不是您本人的操作，请关闭此页面。电子邮箱不会被注册。

## P-05 E-mail Address Set

email-done-title = 电子邮箱设置完成
email-done-1 = 电子邮箱已设置。
email-done-2 = 今后，系统的通知将发送至此电子邮箱。
email-done-3 = 登录后可以通过菜单更改电子邮箱。

## P-06 Set Your Second Password

sp-set-title = 设置第二密码
sp-set-lead = 请设置证书开具服务的专用密码。该密码须与大学的密码不同。
sp-set-new = 第二密码
sp-set-new-placeholder = 第二密码
sp-set-confirm = 再次输入
sp-set-confirm-placeholder = 第二密码
sp-set-notice-1 = 为提高安全性，请设置第二密码。
sp-set-notice-2 = 从下次登录起，除密码外，还请输入第二密码。
sp-set-notice-3 = 登录后可以通过菜单更改第二密码。
sp-rules-lead = 请按照以下规则设置第二密码。
sp-rules-length = 至少{ $min }个字符。
sp-rules-upper = 至少包含1个半角大写英文字母(A-Z)。
sp-rules-lower = 至少包含1个半角小写英文字母(a-z)。
sp-rules-digit = 至少包含1个半角数字(0-9)。
sp-rules-charset = 不得包含半角英文字母和数字以外的字符。
sp-set-submit = 设置

## P-07 Enter Your Second Password

sp-entry-title = 输入第二密码
sp-entry-lead = 请输入证书开具服务的第二密码。
sp-entry-field = 第二密码
sp-entry-submit = 下一步
sp-entry-forgot = 忘记第二密码？
sp-entry-notice-1 = 第二密码不是大学的密码，而是您首次登录时自行设置的密码。
sp-entry-notice-2 = 输入错误达到一定次数后，将暂时无法登录。

## P-08 Enter the Authentication Key

key-title = 输入验证码
key-lead = 验证码已发送至 { $email_masked }（{ $sent_at } 发送）。请输入邮件中的{ $digits }位验证码。
key-ref = 核对编号：{ $key_ref }
key-ref-hint = 请确认此编号与邮件中的核对编号相同。
key-field = 验证码
key-submit = 验证
key-reissue = 重新发送验证码
key-notice-1 = 验证码自发送起{ $minutes }分钟内有效。
key-notice-2 = 如果收到多封邮件，请输入核对编号相同的邮件中的验证码。
key-notice-3 = 输入错误达到{ $max }次后，验证码将失效。此时请按“重新发送验证码”。
key-notice-4 = 查看邮件期间，请勿关闭此页面。
key-lost-mail = 无法接收邮件时
key-bounced = 上一封验证码邮件未能送达。请检查邮箱的接收设置。

## P-09 Change Your E-mail Address

email-change-title = 更改电子邮箱
email-change-current = 当前的电子邮箱：{ $email_masked }
email-change-new = 新的电子邮箱
email-change-new-placeholder = 新的电子邮箱
email-change-confirm = 再次输入
email-change-confirm-placeholder = 新的电子邮箱
email-change-submit = 确认
email-change-notice-1 = 我们将向新的电子邮箱发送确认邮件。在{ $minutes }分钟内打开邮件中的链接，即可完成更改。
email-change-notice-2 = 更改完成之前，将继续使用当前的电子邮箱。
email-change-notice-3 = { email-set-notice-2 }

## P-10 Confirmation E-mail Sent

email-change-sent-title = 确认邮件已发送
email-change-sent-body = 确认邮件已发送至 { $email }。请打开邮件中的链接，在{ $expires_at }之前完成更改。
email-change-sent-wait = 更改完成后，此页面将自动切换。
email-change-sent-code-submit = 完成更改
email-change-sent-pending = 在您打开链接之前，电子邮箱不会更改。

## P-11 Complete E-mail Change

email-change-confirm-title = 完成邮箱更改
email-change-confirm-body = 注册的电子邮箱将更改如下。请按“完成更改”。
email-change-confirm-target = { $email_masked }（用户ID：{ $user_id_masked }）
email-change-confirm-submit = 完成更改
email-change-confirm-stranger = 如果这不是您本人的操作，请关闭此页面。电子邮箱不会更改。

## P-12 E-mail Address Changed

email-changed-title = 电子邮箱更改完成
email-changed-1 = 电子邮箱已更改。
email-changed-2 = 今后，系统的通知将发送至新的电子邮箱。
email-changed-to-top = 前往首页

## P-13 Change Your Second Password

sp-change-title = 更改第二密码
sp-change-current = 当前第二密码
sp-change-current-placeholder = 当前第二密码
sp-change-new = 新的第二密码
sp-change-new-placeholder = 新的第二密码
sp-change-confirm = 再次输入
sp-change-confirm-placeholder = 新的第二密码
sp-change-back = 返回
sp-change-submit = 更改

## P-14 Forgot Your Second Password

sp-forgot-title = 忘记第二密码
sp-forgot-lead = 我们将发送用于重置第二密码的邮件。请输入您已注册的电子邮箱。
sp-forgot-address = 电子邮箱
sp-forgot-submit = 发送
sp-forgot-notice-1 = 请在{ $minutes }分钟内打开邮件中的链接，设置新的第二密码。
sp-forgot-notice-2 = 尚未注册电子邮箱时，请先登录并注册电子邮箱。
sp-forgot-notice-3 = 忘记大学的密码时，请按照大学的说明办理。

## P-15 Reset E-mail

sp-forgot-sent-title = 重置邮件
sp-forgot-sent-body = 如果您输入的电子邮箱已注册，我们将发送用于重置第二密码的邮件。请在{ $minutes }分钟内打开收到的邮件中的链接。
sp-forgot-sent-code-submit = 下一步
sp-forgot-sent-hint = 如果稍候仍未收到邮件，您可能注册了其他电子邮箱。

## P-16 Set a New Second Password

sp-reset-title = 重置第二密码
sp-reset-new = 第二密码
sp-reset-confirm = 再次输入
sp-reset-submit = 更改
sp-reset-notice-1 = 设置后，请从登录页面重新登录。

## P-17 Send an Authentication Key

key-send-title = 发送验证码
key-send-body = 此操作需要输入验证码。我们将向 { $email_masked } 发送验证码。
key-send-submit = 发送验证码

## P-18 Two-Factor Authentication

tfa-title = 双因素认证设置
tfa-state-on = 已启用
tfa-state-off = 已停用
tfa-current = 当前设置：{ $state }
tfa-explain = 启用后，登录时需要输入发送至注册电子邮箱的验证码。
tfa-explain-off = 停用后，登录时无需输入验证码。为了安全，建议您保持启用。
tfa-address = 验证码的发送地址：{ $email_masked }
tfa-forced = 根据{ $tenant }的设置，双因素认证始终启用，无法更改。

## P-19 Confirm Your Second Password

stepup-title = 确认第二密码
stepup-lead = 为了安全，请再次输入第二密码。
stepup-submit = 下一步

## P-20, P-21 Log Out

logout-title = 退出登录
logout-ask = 是否退出登录？
logged-out-title = 已退出登录
logged-out-1 = 您已退出登录。
logged-out-2 = 您可能尚未退出大学的其他服务。使用公用电脑时，请关闭所有浏览器窗口。

## P-22 Error

error-title = 错误
error-protocol = 技术信息：

## P-23 Link Not Valid

link-bad-title = 此链接无法使用
link-bad-retry-register = { common-go-login }
link-bad-retry-change = 重新更改电子邮箱
link-bad-retry-reset = 重新重置第二密码

## P-24 Service Not Available to You

not-eligible-title = 无法使用本服务
not-eligible-graduate = 在校生登录仅供{ $tenant }的在校学生使用。已毕业、结业或退学的人士，请查看面向毕业生的说明。
not-eligible-graduate-link = 毕业生请点击此处
not-eligible-missing = 未能从{ $tenant }获取使用本服务所需的信息（{ $items }）。如果您在大学的认证页面上未同意发送信息，请重新登录并同意。
not-eligible-items-affiliation = 证明您在校的信息
not-eligible-items-user-id = 学号
not-eligible-retry = 重新登录
not-eligible-suspended = 此用户ID目前无法使用。请联系{ $tenant }的负责窗口。

## P-25 Temporarily Unable to Log In

locked-title = 暂时无法登录
locked-body = 由于第二密码输入错误达到一定次数，登录已暂时停止。请等待约{ $minutes }分钟后再试。
locked-until-reset = 由于第二密码连续输入错误，该第二密码已无法使用。请通过“忘记第二密码？”重置。
locked-forgot = 忘记第二密码？

## P-26 Under Maintenance

maintenance-title = 系统维护中
maintenance-body = 系统正在维护，暂时无法使用。（{ $from } 至 { $to }，日本时间）

## P-27 Already Logged In

already-title = 您已登录
already-same = 您已在其他窗口完成登录。
already-other = 您已使用其他用户ID（{ $user_id_masked }）登录。如需使用另一个用户ID，请先退出登录。
already-continue-as = 以此用户ID继续

## P-28 Login Timed Out

timed-out-title = 登录已超时
timed-out-body = 登录的有效时间已过。请重新从头登录。

## P-29 Menu

menu-title = 菜单
menu-top = 首页
menu-manual = 使用手册
menu-email = 更改电子邮箱
menu-second-password = 更改第二密码
menu-two-factor = 双因素认证设置
menu-logout = 退出登录

## P-30 If You Cannot Receive E-mail

lost-mail-title = 无法接收邮件时
lost-mail-1 = 如果已注册的电子邮箱无法再使用，请联系{ $tenant }的负责窗口。
lost-mail-2 = 负责窗口确认您的身份后，将解除电子邮箱的注册。解除后登录时，请您注册新的电子邮箱。
lost-mail-3 = 如果您计划更换智能手机或手机运营商，请在更换之前通过“更改电子邮箱”更改注册内容。

## P-31 to P-36 Pages without a model in the manual

consent-title = 关于提供您的信息
consent-body = 将向 { $client } 提供以下信息。您同意吗？
consent-allow = 同意
consent-deny = 不同意
consent-scope-openid = 您已登录这一事实，以及用于区分您的标识（不是学号）
consent-scope-profile = 姓名、用户ID等基本信息
consent-scope-email = 电子邮箱
consent-scope-address = 通信地址
consent-scope-phone = 电话号码
consent-scope-student = 学号、用户类别、所属
consent-scope-account = 双因素认证的设置（是否启用）
consent-offline = 在您未登录期间也接收这些信息（最长30天）
consent-resource = 代您使用 { $resource }
consent-claim-name = 姓名
consent-claim-family-name = 姓氏
consent-claim-given-name = 名字
consent-claim-middle-name = 中间名
consent-claim-nickname = 昵称
consent-claim-preferred-username = 用户ID
consent-claim-profile = 个人主页地址
consent-claim-picture = 照片
consent-claim-website = 网站地址
consent-claim-gender = 性别
consent-claim-birthdate = 出生日期
consent-claim-zoneinfo = 时区
consent-claim-locale = 显示语言
consent-claim-updated-at = 信息更新时间
consent-claim-email = 电子邮箱
consent-claim-email-verified = 电子邮箱是否已确认
consent-claim-address = 通信地址
consent-claim-phone-number = 电话号码
consent-claim-phone-number-verified = 电话号码是否已确认
consent-claim-student-number = 学号
consent-claim-user-kind = 用户类别
consent-claim-affiliation = 所属
consent-claim-two-factor-enabled = 双因素认证的设置（是否启用）
consent-policy = { $client } 的隐私政策（在新窗口中打开）
consent-terms = { $client } 的使用条款（在新窗口中打开）
consent-remembered = 您的同意将被保存，以后不再询问。您可以随时从菜单的“{ sessions-title }”停止提供。
device-title = 连接设备
device-lead = 请输入设备屏幕上显示的编号。
device-user-code = 编号
device-submit = 下一步
device-done = 已连接。请返回设备屏幕。
device-refused = 未连接。请关闭设备上的画面。
device-another = 输入其他编号
device-notice-1 = 请输入您手边设备的屏幕上显示的编号。
device-notice-2 = 请勿输入他人发送给您，或通过电话、邮件告知您的编号。
device-ask = 连接此设备后，将向 { $client } 提供以下信息。
device-ask-connect = 是否连接此设备？
device-allow = 连接
device-deny = 不连接
device-warning-1 = 仅当您本人正在操作手边的设备时，才请按“连接”。
device-warning-2 = 如果编号或本页面的链接是他人提供给您的，请按“不连接”。
sessions-title = 已登录的设备
sessions-line = { $browser }，自{ $time }起
sessions-this = 此设备
sessions-unknown = 未知浏览器
sessions-end = 退出登录
sessions-end-others = 退出所有其他设备
sessions-grants = 正在向其提供信息的服务
sessions-revoke = 停止提供
totp-title = 身份验证应用
totp-lead = 请输入身份验证应用中显示的6位数字。
totp-field = 确认码
totp-submit = 验证
totp-use-recovery = 使用恢复代码
totp-use-mail = 使用邮件中的验证码
totp-use-app = 使用身份验证应用
totp-recovery-lead = 请输入您保管的一个恢复代码。用过的恢复代码无法再次使用。
totp-recovery-field = 恢复代码
totp-set-title = 设置身份验证应用
totp-set-lead = 请使用身份验证应用扫描下图，或输入下方的文字，然后输入应用中显示的6位数字。
totp-set-picture = 供身份验证应用扫描的图
totp-set-secret = 输入到身份验证应用中的文字
totp-set-open = 在此设备的身份验证应用中打开
totp-set-done = 身份验证应用已设置。登录需要验证码时，请输入身份验证应用中显示的数字。
totp-set-removed = 身份验证应用的设置已解除。
totp-set-remove-lead = 解除设置后，恢复代码也将无法使用。此后请输入邮件中的验证码。
totp-set-remove = 解除身份验证应用的设置
totp-set-submit = 设置
recovery-title = 恢复代码
recovery-lead = 请妥善保管这些代码，以备无法使用身份验证应用时使用。这些代码不会再次显示。
recovery-submit = 我已妥善保管

## Dialogs

d-01-title = 更改完成
d-01-text = 第二密码已设置。
d-02-title = 更改完成
d-02-text = 第二密码已更改。
d-03-title = 验证码已失效
d-03-text = 由于验证码输入错误达到一定次数，该验证码已失效。请按“重新发送验证码”获取新的验证码。
d-04-title = 重新发送验证码
d-04-text = 验证码已重新发送。请输入发送至 { $email_masked } 的邮件中的新验证码。之前的验证码已无法使用。
d-05-title = 双因素认证设置
d-05-text = 是否启用双因素认证？
d-06-title = 双因素认证设置
d-06-text = 双因素认证已启用。
d-07-title = 双因素认证设置
d-07-text = 是否停用双因素认证？
d-08-title = 双因素认证设置
d-08-text = 双因素认证已停用。

## Errors

e-01 = 登录请求不正确。请从大学的主页重新访问。
e-02 = 页面已过期，或操作顺序不正确。请从头开始操作。
e-03 = 您的浏览器已停用Cookie。请启用Cookie后重试。
e-04 = 短时间内操作次数过多。请稍候再试。
e-05 = 请输入用户ID和密码。
e-06 = 用户ID或密码不正确。请输入您在大学使用的用户ID和密码。
e-07 = 由于连续登录失败，登录已暂时停止。请等待约{ $minutes }分钟后再试。
e-08 = 大学的认证未完成。请重新登录。
e-09 = 大学的认证页面已过期。请重新登录。
e-10 = 无法连接{ $tenant }的认证系统。请稍候再试。如果问题仍未解决，请联系{ $tenant }的负责窗口。
e-11 = 系统发生错误。请稍候再试。
e-12 = 未找到您访问的页面。
e-20 = 请输入电子邮箱。
e-21 = 电子邮箱的格式不正确。
e-22 = 两次输入的电子邮箱不一致。
e-23 = 此电子邮箱含有连续的“.”，或“@”之前紧接“.”，因此无法使用。请输入其他电子邮箱。
e-24 = { $domains } 的电子邮箱无法注册。请输入您本人申请的电子邮箱。
e-25 = 请输入 { $domains } 的电子邮箱。
e-26 = 确认邮件的发送次数已达上限。请在{ $time }之后再试。
e-27 = { $seconds }秒后可以重新发送。
e-28 = 与当前注册的电子邮箱相同。
e-29 = 短时间内发送次数过多。请稍候再试。
e-30 = 链接已过期。请重新办理。
e-31 = 此链接已被使用。
e-32 = 我们已发送新的邮件，因此此链接无法使用。请打开最新邮件中的链接。
e-33 = 链接不正确。如果邮件中的链接被换行截断，请复制完整的链接并粘贴到浏览器中。
e-40 = 请输入至少{ $min }个字符。
e-41 = 请包含至少1个半角大写英文字母(A-Z)。
e-42 = 请包含至少1个半角小写英文字母(a-z)。
e-43 = 请包含至少1个半角数字(0-9)。
e-44 = 不能使用半角英文字母和数字以外的字符。
e-45 = 含有全角字符。请使用半角英文字母和数字输入。
e-46 = 两次输入的内容不一致。
e-47 = 请输入与当前第二密码不同的密码。
e-48 = 不能设置包含用户ID或容易被猜到的密码。请输入其他密码。
e-49 = 请输入第二密码。
e-50 = 第二密码不正确。
e-51 = 当前第二密码不正确。
e-52 = 请输入不超过{ $max }个字符。
e-53 = 由于连续输入错误，请在{ $seconds }秒后再次输入。
e-60 = 请输入{ $digits }位验证码。
e-61 = 验证码不正确。如果收到多封邮件，请输入核对编号为“{ $key_ref }”的邮件中的验证码。
e-62 = 验证码已过期。请按“重新发送验证码”。
e-63 = { $seconds }秒后可以重新发送验证码。
e-64 = 验证码的重新发送次数已达上限。请从登录页面重新开始。
e-65 = 验证码的发送次数已达上限。请在{ $time }之后再试。
e-66 = 邮件发送失败。请稍候再试。
e-67 = 确认码不正确。
e-68 = 由于确认码输入错误达到一定次数，该确认码已无法使用。请打开邮件中的链接，或重新发送邮件。
e-69 = 确认码已过期。请重新发送邮件。
e-70 = 由于验证码连续输入错误，验证码的发送已停止。请联系{ $tenant }的负责窗口。
e-71 = 确认码不正确。请输入身份验证应用中显示的最新数字。
e-72 = 编号不正确或已过期。请查看设备屏幕。
e-73 = 恢复代码不正确。

## The answer to a client that asks for it by POST

form-post-title = 正在转到服务页面
form-post-lead = 如果页面没有自动切换，请按“继续”。

## Mails: common

m-head = { $tenant }　{ $service }
m-footer =
    ――――――――――――――――――――――
    ◎此邮件由系统自动发送，无法回复。
    如有疑问，请咨询各负责窗口

## M-01 E-mail registration

m-01-subject = 【{ $service }】请确认电子邮箱注册
m-01-lead =
    我们收到了注册此电子邮箱的申请。
    请打开以下链接，完成电子邮箱的注册。
m-01-expiry =
    链接有效期：{ $minutes } 分钟
    （{ $expires_at } 前，日本时间）
m-01-code-hint =
    您也可以在输入电子邮箱的页面上输入以下确认码，完成注册。
m-01-code =
    确认码：{ $code }
    （请勿告诉他人）
m-01-notes =
    • 链接只能使用一次。
    • 您也可以在智能手机等其他设备上打开链接。
    • 注册完成后，请从登录页面重新登录。
m-01-stranger =
    ※如果这不是您本人的操作，请删除此邮件。
    　电子邮箱不会被注册。

## M-02 Authentication key

m-02-subject = 【{ $service }】验证码通知
m-02-lead =
    以下是您用于登录的验证码。
    请在“输入验证码”页面上输入。
m-02-key =
    验证码：{ $key }
    核对编号：{ $key_ref }
m-02-expiry =
    有效期：{ $minutes } 分钟（{ $expires_at } 前，日本时间）
    发送时间：{ $sent_at }
m-02-notes =
    • 请确认此核对编号与页面上显示的相同。
    • 请勿将验证码告诉他人。大学和本服务的工作人员都不会
    　向您询问验证码。
m-02-stranger =
    如果您没有登录却收到此邮件，可能有他人知道您的密码。
    请更改大学的密码和第二密码，并与咨询窗口联系。

## M-03 E-mail change

m-03-subject = 【{ $service }】请确认电子邮箱更改
m-03-lead =
    我们收到了更改为此电子邮箱的申请。
    请打开以下链接，完成电子邮箱的更改。
m-03-expiry =
    链接有效期：{ $minutes } 分钟
    （{ $expires_at } 前，日本时间）
m-03-code-hint =
    您也可以在输入电子邮箱的页面上输入以下确认码，完成更改。
m-03-code =
    确认码：{ $code }
    （请勿告诉他人）
m-03-notes =
    • 链接只能使用一次。
    • 在您完成操作之前，电子邮箱不会更改。
m-03-stranger = ※如果这不是您本人的操作，请删除此邮件。

## M-04 E-mail changed

m-04-subject = 【{ $service }】电子邮箱已更改
m-04-lead =
    您注册的电子邮箱已更改。
    更改时间：{ $changed_at }（日本时间）
m-04-after = 今后，通知将不再发送至此电子邮箱。
m-04-stranger = 如果您没有进行此更改，请立即与咨询窗口联系。

## M-05 Second password reset

m-05-subject = 【{ $service }】重置第二密码
m-05-lead =
    我们收到了重置第二密码的申请。
    请打开以下链接，设置新的第二密码。
m-05-expiry =
    链接有效期：{ $minutes } 分钟
    （{ $expires_at } 前，日本时间）
m-05-code-hint =
    您也可以在输入电子邮箱的页面上输入以下确认码，继续操作。
m-05-code =
    确认码：{ $code }
    （请勿告诉他人）
m-05-several =
    此电子邮箱已注册于多个用户ID。
    请打开需要重置的用户ID的链接。
m-05-several-user-id = 用户ID：{ $user_id_masked }
m-05-several-code = 确认码：{ $code }
m-05-several-hint =
    您也可以在输入电子邮箱的页面上输入该用户ID的确认码，
    继续操作。
    （请勿将确认码告诉他人）
m-05-notes =
    • 链接只能使用一次。
    • 在您完成设置之前，当前的第二密码不会更改。
m-05-stranger =
    ※如果这不是您本人的操作，请删除此邮件。
    　第二密码不会更改。

## M-06 Reset asked for, no second password set yet

m-06-subject = 【{ $service }】关于第二密码
m-06-lead =
    我们收到了重置第二密码的申请，但您尚未设置第二密码。
    请从登录页面登录，设置第二密码。
m-06-stranger = 如果这不是您本人的操作，请删除此邮件。

## M-07 Second password set, changed or reset

m-07-set-subject = 【{ $service }】第二密码已设置
m-07-set-lead =
    您的第二密码已设置。
    时间：{ $changed_at }（日本时间）
m-07-changed-subject = 【{ $service }】第二密码已更改
m-07-changed-lead =
    您的第二密码已更改。
    时间：{ $changed_at }（日本时间）
m-07-stranger =
    如果这不是您本人的操作，可能是他人所为。
    请立即与咨询窗口联系。

## M-08 Two-factor setting changed

m-08-subject = 【{ $service }】双因素认证设置已更改
m-08-lead =
    双因素认证{ $state ->
        [on] 已启用
       *[off] 已停用
    }。
    时间：{ $changed_at }（日本时间）
m-08-stranger = 如果这不是您本人的操作，请立即与咨询窗口联系。

## M-09 Repeated failures

m-09-subject = 【{ $service }】登录失败通知
m-09-lead =
    由于第二密码或验证码输入错误达到一定次数，登录已受到
    暂时限制。
    时间：{ $locked_at }（日本时间）
m-09-advice =
    如果是您本人的操作，请等待约{ $minutes }分钟后再试。
    如果不是您本人的操作，请更改大学的密码，并与咨询窗口
    联系。

## M-10 Address cleared by the office

m-10-subject = 【{ $service }】电子邮箱注册已解除
m-10-lead =
    经负责窗口办理，您的电子邮箱注册已解除。
    时间：{ $changed_at }（日本时间）
m-10-advice =
    请在下次登录时注册新的电子邮箱。
    如果这不是您本人的申请，请立即与咨询窗口联系。

## M-11 Authenticator app

m-11-subject = 【{ $service }】关于身份验证应用
m-11-lead =
    { $change ->
        [enrolled] 身份验证应用已设置。
        [removed] 身份验证应用的设置已解除。
       *[recovery-code-used] 身份验证应用的恢复代码已被使用。
    }
    时间：{ $changed_at }（日本时间）
m-11-stranger = 如果这不是您本人的操作，请立即与咨询窗口联系。

## M-12 Registration moved to another university account by the office

m-12-subject = 【{ $service }】注册信息已转移
m-12-lead =
    经负责窗口办理，您的注册信息已转移到新的用户ID。
    时间：{ $changed_at }（日本时间）
m-12-advice =
    今后请使用新的用户ID登录。已注册的内容不变。
    如果这不是您本人的申请，请立即与咨询窗口联系。
