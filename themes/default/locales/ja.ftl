# Every text of pages and mails, in Japanese. Ids as in journeys.md; labels of the printed manual are letter for letter.

## Common

common-service-name = 証明書発行サービス
common-page-title = { $tenant } { $title }
common-notice-heading = 注意事項
common-notice-must-read = ！注意事項は必ずお読みください
common-ok = OK
common-yes = はい
common-no = いいえ
common-back = 戻る
common-close = 閉じる
common-go-login = ログインページへ移動
common-continue = 続ける
common-back-to-service = サービスに戻る
common-show-input = 入力した文字を表示する
common-hide-input = 入力した文字を隠す
common-required = 必須
common-error-summary = 入力内容をご確認ください。
common-user-id-line = ユーザID：{ $user_id_masked }
common-contact-heading = お問い合わせ
common-contact-office = { $tenant } 担当窓口
common-contact-operator = サービスの操作に関するお問い合わせ
common-contact-chat = チャットサポート（新しい画面で開きます）
common-reference = お問い合わせ番号：{ $ref }
common-reference-hint = お問い合わせの際は、この番号をお知らせください。個人情報は含まれていません。
common-mail-help-heading = メールが届かない場合
common-mail-help-spam = 迷惑メールフォルダーに振り分けられていないか、ご確認ください。
common-mail-help-domain = 「{ $mail_domain }」からのメールと、URLの記載があるメールを受信できるように設定してください。
common-mail-help-carrier = 携帯電話会社のメールアドレスでは、受信設定により届かないことがあります。設定方法は各携帯電話会社にご確認ください。
common-mail-help-delay = 届くまでに数分かかる場合があります。
common-mail-status-queued = メールを送信しています。
common-mail-status-sent = メールを送信しました（{ $time }）。
common-mail-status-delivered = 受信側のメールサーバーがメールを受け付けました（{ $time }）。
common-mail-status-delayed = 受信側のメールサーバーの都合により、配送に時間がかかっています。
common-mail-status-refused = 受信側のメールサーバーに受け取りを拒否されました。メールアドレスと受信設定をご確認ください。
common-mail-status-refresh = 配送状況を更新する
common-mail-code-field = 確認コード
common-mail-code-hint = メールに記載の確認コード（{ $digits }桁の数字）を、この画面に入力することもできます。
common-mail-help-full = 受信トレイの容量が不足していないか、ご確認ください。
common-contact-phone = 電話：{ $phone }
common-contact-hours = 受付時間：{ $hours }
common-contact-url = お問い合わせページ（新しい画面で開きます）
common-mail-status-failed = { e-66 }
common-list-separator = 、
common-announcement = メンテナンスのため、{ $from } ～ { $until }（日本時間）はご利用いただけません。

## The end of a page's time

limit-until = この画面は、{ $time }まで有効です。
limit-reload = 有効時間を延ばすと、画面が読み込み直されます。
limit-extend = 有効時間を延ばす
limit-soon = この画面の有効時間は、残り約{ $minutes }分です。
limit-last = このログインの有効時間は、残り約{ $minutes }分です。安全のため、これ以上は延ばせません。
limit-extended = 有効時間を延ばしました。
limit-failed = 有効時間を延ばせませんでした。通信状況をご確認のうえ、もう一度お試しください。
limit-over = このログインは終了しました。画面を読み込み直して、もう一度ログインしてください。

## P-01 Student Login

login-title = 在学生ログイン
login-language-label = 表示言語
login-language-submit = 表示言語を切り替える
login-user-id = ユーザID
login-user-id-hint = 大学で利用しているユーザID（学籍番号）を入力してください。
login-password = パスワード
login-password-hint = 大学で利用しているパスワードを入力してください。
login-federated-lead = 「ログイン」を押すと、{ $tenant }の認証画面に移動します。大学で利用しているユーザIDとパスワードでログインしてください。
login-submit = ログイン
login-forgot-second = 第2パスワードを忘れた場合
login-forgot-university = 大学のパスワードを忘れた場合（大学の案内ページ）
login-other-kind = 卒業生の方はこちら
login-notice-1 = はじめてご利用の方は、ログイン後にメールアドレスと第2パスワードの登録が必要です。
login-notice-2 = 共用のパソコンをご利用の場合は、終了時に必ずログアウトし、すべてのブラウザ画面を閉じてください。
login-notice-3 = 大学のパスワードは、本サービスでは変更や再発行ができません。大学の案内に従ってお手続きください。
login-notice-4 = 卒業・修了・退学された方は、在学生ログインをご利用いただけません。

## P-02 Set Your E-mail Address

email-set-title = メールアドレス設定
email-set-lead = はじめてログインされた方は、連絡用のメールアドレスを登録してください。
email-set-lead-again = メールアドレスの登録が解除されています。新しいメールアドレスを登録してください。
email-set-bounced = 前回のメールをお届けできませんでした。別のメールアドレスの登録をお勧めします。
email-set-address = メールアドレス
email-set-address-placeholder = メールアドレス
email-set-confirm = 確認
email-set-confirm-placeholder = メールアドレス
email-set-submit = 確認
email-set-notice-1 = 入力されたメールアドレス宛に確認メールを送信します。メールに記載のURLを{ $minutes }分以内に開き、登録を完了してください。
email-set-notice-2 = 迷惑メール対策を設定している場合は、あらかじめ「{ $mail_domain }」からのメールを受信できるようにしてください。
email-set-notice-3 = ログインに必要な認証キーも、このメールアドレス宛に送信します。ご本人だけが受信できるメールアドレスを登録してください。
email-set-notice-4 = 卒業後も利用できるメールアドレスの登録をお勧めします。

## P-03 Confirmation E-mail Sent

email-sent-title = 確認メール送信
email-sent-body = { $email } 宛に確認メールを送信しました。メールに記載のURLを開き、{ $expires_at }までに登録を完了してください。
email-sent-device = URLは、スマートフォンなど別の端末で開くこともできます。この画面は閉じてもかまいません。
email-sent-wait = 登録が完了すると、この画面は自動的に切り替わります。
email-sent-check = 登録状況を確認する
email-sent-code-submit = 登録を完了する
email-sent-after = 登録の完了後は、ログインページから改めてログインしてください。
email-sent-resend = 確認メールを再送する
email-sent-resent = 確認メールを再送しました。以前のメールに記載のURLは利用できません。
email-sent-edit = メールアドレスを修正する

## P-04 Complete E-mail Registration

email-confirm-title = メールアドレスの登録
email-confirm-body = 次のメールアドレスを登録します。「登録を完了する」を押してください。
email-confirm-target = { $email_masked }（ユーザID：{ $user_id_masked }）
email-confirm-submit = 登録を完了する
email-confirm-stranger = お心当たりのない場合は、この画面を閉じてください。登録は行われません。

## P-05 E-mail Address Set

email-done-title = メールアドレス設定完了
email-done-1 = メールアドレスを設定しました。
email-done-2 = 今後、システムからの連絡はこのメールアドレス宛に送信されます。
email-done-3 = メールアドレスはログイン後のメニューから変更可能です。

## P-06 Set Your Second Password

sp-set-title = 第2パスワード設定
sp-set-lead = 証明書発行サービス専用のパスワードを設定してください。大学のパスワードとは異なるものにしてください。
sp-set-new = 第2パスワード
sp-set-new-placeholder = 第2パスワード
sp-set-confirm = 確認
sp-set-confirm-placeholder = 第2パスワード
sp-set-notice-1 = セキュリティ向上の為、第2パスワードを設定してください。
sp-set-notice-2 = 次回ログイン時より、パスワードと併せて第2パスワードも入力してください。
sp-set-notice-3 = 第2パスワードはログイン後のメニューから変更可能です。
sp-rules-lead = 第2パスワードは下記ルールに従い設定してください。
sp-rules-length = { $min }文字以上であること。
sp-rules-upper = 1文字以上の半角英大文字(A-Z)が含まれること。
sp-rules-lower = 1文字以上の半角英小文字(a-z)が含まれること。
sp-rules-digit = 1文字以上の半角数字(0-9)が含まれること。
sp-rules-charset = 半角英数字以外を含まないこと。
sp-set-submit = 設定

## P-07 Enter Your Second Password

sp-entry-title = 第2パスワード入力
sp-entry-lead = 証明書発行サービスの第2パスワードを入力してください。
sp-entry-field = 第2パスワード
sp-entry-submit = 次へ
sp-entry-forgot = 第2パスワードを忘れた場合
sp-entry-notice-1 = 第2パスワードは、大学のパスワードではありません。初回ログイン時にご自身で設定したものです。
sp-entry-notice-2 = 一定回数間違えると、一時的にログインできなくなります。

## P-08 Enter the Authentication Key

key-title = 認証キー入力
key-lead = { $email_masked } 宛に認証キーを送信しました（{ $sent_at } 送信）。メールに記載の{ $digits }桁の認証キーを入力してください。
key-ref = 照合番号：{ $key_ref }
key-ref-hint = メールに記載の照合番号と同じであることをご確認ください。
key-field = 認証キー
key-submit = 認証
key-reissue = 認証キー再発行
key-notice-1 = 認証キーの有効期限は、送信から{ $minutes }分間です。
key-notice-2 = メールが複数届いている場合は、照合番号が同じメールの認証キーを入力してください。
key-notice-3 = { $max }回間違えると、認証キーは無効になります。その場合は「認証キー再発行」を押してください。
key-notice-4 = メールを確認する間、この画面は閉じないでください。
key-lost-mail = メールを受信できなくなった場合
key-bounced = 前回の認証キーのメールをお届けできませんでした。受信設定をご確認ください。

## P-09 Change Your E-mail Address

email-change-title = メールアドレス変更
email-change-current = 現在のメールアドレス：{ $email_masked }
email-change-new = 新しいメールアドレス
email-change-new-placeholder = 新しいメールアドレス
email-change-confirm = 確認
email-change-confirm-placeholder = 新しいメールアドレス
email-change-submit = 確認
email-change-notice-1 = 新しいメールアドレス宛に確認メールを送信します。メールに記載のURLを{ $minutes }分以内に開くと、変更が完了します。
email-change-notice-2 = 変更が完了するまでは、現在のメールアドレスが引き続き使用されます。
email-change-notice-3 = { email-set-notice-2 }

## P-10 Confirmation E-mail Sent

email-change-sent-title = 確認メール送信
email-change-sent-body = { $email } 宛に確認メールを送信しました。メールに記載のURLを開き、{ $expires_at }までに変更を完了してください。
email-change-sent-wait = 変更が完了すると、この画面は自動的に切り替わります。
email-change-sent-code-submit = 変更を完了する
email-change-sent-pending = URLを開くまで、メールアドレスは変更されません。

## P-11 Complete E-mail Change

email-change-confirm-title = メールアドレスの変更
email-change-confirm-body = 登録メールアドレスを次のとおり変更します。「変更を完了する」を押してください。
email-change-confirm-target = { $email_masked }（ユーザID：{ $user_id_masked }）
email-change-confirm-submit = 変更を完了する
email-change-confirm-stranger = お心当たりのない場合は、この画面を閉じてください。変更は行われません。

## P-12 E-mail Address Changed

email-changed-title = メールアドレス変更完了
email-changed-1 = メールアドレスを変更しました。
email-changed-2 = 今後、システムからの連絡は新しいメールアドレス宛に送信されます。
email-changed-to-top = トップページへ

## P-13 Change Your Second Password

sp-change-title = 第2パスワード変更
sp-change-current = 現在の第2パスワード
sp-change-current-placeholder = 現在の第2パスワード
sp-change-new = 新しい第2パスワード
sp-change-new-placeholder = 新しい第2パスワード
sp-change-confirm = 確認
sp-change-confirm-placeholder = 新しい第2パスワード
sp-change-back = 戻る
sp-change-submit = 変更

## P-14 Forgot Your Second Password

sp-forgot-title = 第2パスワードを忘れた場合
sp-forgot-lead = 第2パスワードを再設定するためのメールを送信します。登録しているメールアドレスを入力してください。
sp-forgot-address = メールアドレス
sp-forgot-submit = 送信
sp-forgot-notice-1 = メールに記載のURLを{ $minutes }分以内に開き、新しい第2パスワードを設定してください。
sp-forgot-notice-2 = メールアドレスを登録していない方は、先にログインしてメールアドレスを登録してください。
sp-forgot-notice-3 = 大学のパスワードを忘れた場合は、大学の案内に従ってお手続きください。

## P-15 Reset E-mail

sp-forgot-sent-title = 再設定メール送信
sp-forgot-sent-body = 入力されたメールアドレスが登録されている場合は、第2パスワードを再設定するためのメールをお送りします。届いたメールに記載のURLを{ $minutes }分以内に開いてください。
sp-forgot-sent-code-submit = 次へ
sp-forgot-sent-hint = しばらく待っても届かない場合は、別のメールアドレスを登録している可能性があります。

## P-16 Set a New Second Password

sp-reset-title = 第2パスワード再設定
sp-reset-new = 第2パスワード
sp-reset-confirm = 確認
sp-reset-submit = 変更
sp-reset-notice-1 = 設定後は、ログインページから改めてログインしてください。

## P-17 Send an Authentication Key

key-send-title = 認証キーの送信
key-send-body = この操作には、認証キーの入力が必要です。{ $email_masked } 宛に認証キーを送信します。
key-send-submit = 認証キーを送信する

## P-18 Two-Factor Authentication

tfa-title = 二要素認証設定
tfa-state-on = 有効
tfa-state-off = 無効
tfa-current = 現在の設定：{ $state }
tfa-explain = 有効にすると、ログインの際に、登録メールアドレス宛に送信される認証キーの入力が必要になります。
tfa-explain-off = 無効にすると、ログインの際の認証キーの入力が不要になります。安全のため、有効にしておくことをお勧めします。
tfa-address = 認証キーの送信先：{ $email_masked }
tfa-forced = { $tenant }の設定により、二要素認証は常に有効です。変更することはできません。

## P-19 Confirm Your Second Password

stepup-title = 第2パスワードの確認
stepup-lead = 安全のため、もう一度第2パスワードを入力してください。
stepup-submit = 次へ

## P-20, P-21 Log Out

logout-title = ログアウト
logout-ask = ログアウトしますか?
logged-out-title = ログアウト完了
logged-out-1 = ログアウトしました。
logged-out-2 = 大学の他のサービスからはログアウトされていない場合があります。共用のパソコンをご利用の場合は、すべてのブラウザ画面を閉じてください。

## P-22 Error

error-title = エラー
error-protocol = 技術情報：

## P-23 Link Not Valid

link-bad-title = このURLは利用できません
link-bad-retry-register = { common-go-login }
link-bad-retry-change = メールアドレス変更をやり直す
link-bad-retry-reset = 第2パスワードの再設定をやり直す

## P-24 Service Not Available to You

not-eligible-title = ご利用いただけません
not-eligible-graduate = 在学生ログインは、{ $tenant }に在学中の方がご利用いただけます。卒業・修了・退学された方は、卒業生向けのご案内をご確認ください。
not-eligible-graduate-link = 卒業生の方はこちら
not-eligible-missing = { $tenant }から、ご利用に必要な情報（{ $items }）を受け取れませんでした。大学の認証画面で情報の送信に同意しなかった場合は、もう一度ログインし、同意してください。
not-eligible-items-affiliation = 在学中であることを示す情報
not-eligible-items-user-id = 学籍番号
not-eligible-retry = もう一度ログインする
not-eligible-suspended = このユーザIDは現在ご利用いただけません。{ $tenant }の担当窓口にお問い合わせください。

## P-25 Temporarily Unable to Log In

locked-title = 一時的にログインできません
locked-body = 第2パスワードの入力を一定回数間違えたため、ログインを一時的に停止しています。{ $minutes }分ほど時間をおいてから、もう一度お試しください。
locked-until-reset = 第2パスワードの入力の誤りが続いたため、この第2パスワードは利用できません。「第2パスワードを忘れた場合」から再設定してください。
locked-forgot = 第2パスワードを忘れた場合

## P-26 Under Maintenance

maintenance-title = メンテナンス中
maintenance-body = ただいまメンテナンスのため、ご利用いただけません。（{ $from } ～ { $to }・日本時間）

## P-27 Already Logged In

already-title = すでにログインしています
already-same = 別の画面でログインが完了しています。
already-other = 別のユーザID（{ $user_id_masked }）でログインしています。別のユーザIDで利用する場合は、いったんログアウトしてください。
already-continue-as = このユーザIDで続ける

## P-28 Login Timed Out

timed-out-title = 有効時間切れ
timed-out-body = ログインの有効時間が過ぎました。お手数ですが、最初からログインしてください。

## P-29 Menu

menu-title = メニュー
menu-top = トップページ
menu-manual = マニュアル
menu-email = メールアドレス変更
menu-second-password = 第2パスワード変更
menu-two-factor = 二要素認証設定
menu-logout = ログアウト

## P-30 If You Cannot Receive E-mail

lost-mail-title = メールを受信できなくなった場合
lost-mail-1 = 登録しているメールアドレスが利用できなくなった場合は、{ $tenant }の担当窓口にご連絡ください。
lost-mail-2 = ご本人であることを確認したうえで、メールアドレスの登録を解除します。解除後のログイン時に、新しいメールアドレスを登録していただきます。
lost-mail-3 = スマートフォンの機種変更や携帯電話会社の変更の予定がある方は、変更前に「メールアドレス変更」から登録内容を変更してください。

## P-31 to P-36 Pages without a model in the manual

consent-title = 情報の提供について
consent-body = { $client } に次の情報を提供します。よろしいですか?
consent-allow = 同意する
consent-deny = 同意しない
consent-scope-openid = ログインしたことと、あなたを区別するための符号（学籍番号ではありません）
consent-scope-profile = 氏名、ユーザIDなどの基本情報
consent-scope-email = メールアドレス
consent-scope-address = 住所
consent-scope-phone = 電話番号
consent-scope-student = 学籍番号、利用者区分、所属
consent-scope-account = 二要素認証の設定（有効か無効か）
consent-offline = あなたがログインしていない間も、これらの情報を受け取ること（最長30日間）
consent-resource = { $resource } を、あなたに代わって利用すること
consent-claim-name = 氏名
consent-claim-family-name = 姓
consent-claim-given-name = 名
consent-claim-middle-name = ミドルネーム
consent-claim-nickname = ニックネーム
consent-claim-preferred-username = ユーザID
consent-claim-profile = プロフィールページのアドレス
consent-claim-picture = 顔写真
consent-claim-website = ウェブサイトのアドレス
consent-claim-gender = 性別
consent-claim-birthdate = 生年月日
consent-claim-zoneinfo = タイムゾーン
consent-claim-locale = 表示言語
consent-claim-updated-at = 情報の更新日時
consent-claim-email = メールアドレス
consent-claim-email-verified = メールアドレスが確認済みかどうか
consent-claim-address = 住所
consent-claim-phone-number = 電話番号
consent-claim-phone-number-verified = 電話番号が確認済みかどうか
consent-claim-student-number = 学籍番号
consent-claim-user-kind = 利用者区分
consent-claim-affiliation = 所属
consent-claim-two-factor-enabled = 二要素認証の設定（有効か無効か）
consent-policy = { $client } の個人情報の取扱い（新しい画面で開きます）
consent-terms = { $client } の利用規約（新しい画面で開きます）
consent-remembered = 同意の内容は保存され、次回からは確認を省略します。メニューの「{ sessions-title }」から、いつでも取りやめることができます。
device-title = 機器の接続
device-lead = 機器の画面に表示されている番号を入力してください。
device-user-code = 番号
device-submit = 次へ
device-done = 接続しました。機器の画面にお戻りください。
device-refused = 接続しませんでした。機器の画面を閉じてください。
device-another = 別の番号を入力する
device-notice-1 = 番号は、お手元の機器の画面に表示されているものを入力してください。
device-notice-2 = ほかの人から送られてきた番号や、電話・メールで伝えられた番号は、入力しないでください。
device-ask = この機器を接続すると、{ $client } に次の情報を提供します。
device-ask-connect = この機器を接続しますか?
device-allow = 接続する
device-deny = 接続しない
device-warning-1 = お手元の機器をご自身で操作している場合にだけ、「接続する」を押してください。
device-warning-2 = 番号やこの画面のURLをほかの人から受け取った場合は、「接続しない」を押してください。
sessions-title = ログイン中の端末
sessions-line = { $browser }・{ $time } から
sessions-this = この端末
sessions-unknown = 不明なブラウザー
sessions-end = ログアウトする
sessions-end-others = ほかの端末をすべてログアウトする
sessions-grants = 情報を提供しているサービス
sessions-revoke = 提供をやめる
totp-title = 認証アプリ
totp-lead = 認証アプリに表示されている6桁の数字を入力してください。
totp-field = 確認コード
totp-submit = 認証
totp-use-recovery = 回復コードを使う
totp-use-mail = メールの認証キーを使う
totp-use-app = 認証アプリを使う
totp-recovery-lead = 保管している回復コードを1つ入力してください。一度利用した回復コードは、再度利用できません。
totp-recovery-field = 回復コード
totp-set-title = 認証アプリの設定
totp-set-lead = 認証アプリで次の図を読み取るか、文字を入力し、表示された6桁の数字を入力してください。
totp-set-submit = 設定
totp-set-picture = 認証アプリで読み取る図
totp-set-secret = 認証アプリに入力する文字
totp-set-open = この端末の認証アプリで開く
totp-set-done = 認証アプリは設定済みです。ログインの際に認証キーが必要な場合は、認証アプリの数字を入力します。
totp-set-removed = 認証アプリの設定を解除しました。
totp-set-remove-lead = 設定を解除すると、回復コードも利用できなくなります。以後は、メールの認証キーを入力します。
totp-set-remove = 認証アプリの設定を解除する
recovery-title = 回復コード
recovery-lead = 認証アプリを利用できなくなったときのために、このコードを保管してください。再度表示することはできません。
recovery-submit = 保管しました

## Dialogs

d-01-title = 変更完了
d-01-text = 第2パスワードが設定されました
d-02-title = 変更完了
d-02-text = 第2パスワードは変更されました
d-03-title = 認証キー無効
d-03-text = 認証キーの入力を一定回数間違えたため、認証キーは無効になりました。「認証キー再発行」を押して、新しい認証キーを取得してください。
d-04-title = 認証キー再発行
d-04-text = 認証キーを再発行しました。{ $email_masked } 宛のメールに記載された新しい認証キーを入力してください。以前の認証キーは利用できません。
d-05-title = 二要素認証設定
d-05-text = 二要素認証を有効にしますか?
d-06-title = 二要素認証設定
d-06-text = 二要素認証を有効にしました。
d-07-title = 二要素認証設定
d-07-text = 二要素認証を無効にしますか?
d-08-title = 二要素認証設定
d-08-text = 二要素認証を無効にしました。

## Errors

e-01 = ログインの要求が正しくありません。大学のホームページから、もう一度アクセスしてください。
e-02 = 画面の有効期限が切れたか、操作の順序が正しくありません。最初からやり直してください。
e-03 = ブラウザのCookieが無効になっています。Cookieを有効にして、もう一度お試しください。
e-04 = 短時間に多くの操作が行われました。しばらく時間をおいてからお試しください。
e-05 = ユーザIDとパスワードを入力してください。
e-06 = ユーザIDまたはパスワードが正しくありません。大学で利用しているものを入力してください。
e-07 = ログインの失敗が続いたため、一時的に受け付けを停止しています。{ $minutes }分ほど時間をおいてからお試しください。
e-08 = 大学の認証が完了しませんでした。もう一度ログインしてください。
e-09 = 大学の認証画面の有効期限が切れました。もう一度ログインしてください。
e-10 = { $tenant }の認証システムに接続できません。しばらく時間をおいてからお試しください。解決しない場合は、{ $tenant }の担当窓口にお問い合わせください。
e-11 = システムでエラーが発生しました。しばらく時間をおいてからお試しください。
e-12 = お探しのページは見つかりません。
e-20 = メールアドレスを入力してください。
e-21 = メールアドレスの形式が正しくありません。
e-22 = 確認欄のメールアドレスが一致しません。
e-23 = このメールアドレスは、「.」の連続や「@」の直前の「.」を含むため、ご利用いただけません。別のメールアドレスを入力してください。
e-24 = { $domains } のメールアドレスは登録できません。ご自身で契約・取得されたメールアドレスを入力してください。
e-25 = { $domains } のメールアドレスを入力してください。
e-26 = 確認メールの送信回数が上限に達しました。{ $time }以降にもう一度お試しください。
e-27 = 再送は{ $seconds }秒後に行えます。
e-28 = 現在登録しているメールアドレスと同じです。
e-29 = 短時間に多くの送信が行われました。しばらく時間をおいてからお試しください。
e-30 = URLの期限が切れています。お手数ですが、もう一度お手続きください。
e-31 = このURLは、すでに利用されています。
e-32 = 新しいメールをお送りしたため、このURLは利用できません。最も新しいメールのURLを開いてください。
e-33 = URLが正しくありません。メールに記載のURLが途中で改行されている場合は、全体をコピーしてブラウザに貼り付けてください。
e-40 = { $min }文字以上で入力してください。
e-41 = 半角英大文字(A-Z)を1文字以上含めてください。
e-42 = 半角英小文字(a-z)を1文字以上含めてください。
e-43 = 半角数字(0-9)を1文字以上含めてください。
e-44 = 半角英数字以外の文字は使用できません。
e-45 = 全角文字が含まれています。半角英数字で入力してください。
e-46 = 確認欄の入力内容が一致しません。
e-47 = 現在の第2パスワードとは異なるものを入力してください。
e-48 = ユーザIDを含むものや推測されやすいものは設定できません。別のものを入力してください。
e-49 = 第2パスワードを入力してください。
e-50 = 第2パスワードが正しくありません。
e-51 = 現在の第2パスワードが正しくありません。
e-52 = { $max }文字以内で入力してください。
e-53 = 続けて間違えたため、{ $seconds }秒後にもう一度入力してください。
e-60 = { $digits }桁の認証キーを入力してください。
e-61 = 認証キーが正しくありません。メールが複数届いている場合は、照合番号が「{ $key_ref }」のメールの認証キーを入力してください。
e-62 = 認証キーの有効期限が切れています。「認証キー再発行」を押してください。
e-63 = 認証キーの再発行は{ $seconds }秒後に行えます。
e-64 = 認証キーの再発行回数が上限に達しました。ログインページからやり直してください。
e-65 = 認証キーの送信回数が上限に達しました。{ $time }以降にもう一度お試しください。
e-66 = メールを送信できませんでした。しばらく時間をおいてから、もう一度お試しください。
e-67 = 確認コードが正しくありません。
e-68 = 確認コードを一定回数間違えたため、この確認コードは利用できません。メールに記載のURLを開くか、もう一度メールを送信してください。
e-69 = 確認コードの期限が切れています。もう一度メールを送信してください。
e-70 = 認証キーの入力の誤りが続いたため、認証キーの送信を停止しています。{ $tenant }の担当窓口にお問い合わせください。
e-71 = 確認コードが正しくありません。認証アプリに表示されている最新の数字を入力してください。
e-72 = 番号が正しくないか、期限が切れています。機器の画面をご確認ください。
e-73 = 回復コードが正しくありません。

## The answer to a client that asks for it by POST

form-post-title = サービスに移動しています
form-post-lead = 自動的に切り替わらない場合は、「続ける」を押してください。

## Mails: common

m-head = { $tenant }　{ $service }
m-footer =
    ――――――――――――――――――――――
    ◎このメールは送信専用メールです。
    お問い合わせ先は各事務担当まで

## M-01 E-mail registration

m-01-subject = 【{ $service }】メールアドレス登録のご確認
m-01-lead =
    メールアドレスの登録を行います。
    以下の URL にアクセスし、メールアドレスの登録を完了して下さい。
m-01-expiry =
    URL 期限：{ $minutes } 分
    （{ $expires_at } まで・日本時間）
m-01-code-hint =
    メールアドレスを入力した画面に、次の確認コードを入力して
    完了することもできます。
m-01-code =
    確認コード：{ $code }
    （他の人に教えないでください）
m-01-notes =
    ・URLは1回のみ利用できます。
    ・スマートフォンなど、別の端末で開くこともできます。
    ・登録の完了後は、ログインページから改めてログインして
    　ください。
m-01-stranger =
    ※もしこのメールにお心当たりのない方は削除して下さい。
    　メールアドレスは登録されません。

## M-02 Authentication key

m-02-subject = 【{ $service }】認証キーのお知らせ
m-02-lead =
    ログインのための認証キーをお知らせします。
    認証キー入力画面に入力してください。
m-02-key =
    認証キー：{ $key }
    照合番号：{ $key_ref }
m-02-expiry =
    有効期限：{ $minutes } 分（{ $expires_at } まで・日本時間）
    送信時刻：{ $sent_at }
m-02-notes =
    ・画面の照合番号と同じであることをご確認ください。
    ・認証キーを他の人に教えないでください。大学や本サービス
    　の担当者が認証キーをお尋ねすることはありません。
m-02-stranger =
    ログインの操作をしていないのにこのメールが届いた場合は、
    第三者がお客様のパスワードを知っているおそれがあります。
    大学のパスワードと第2パスワードを変更し、お問い合わせ先
    にご連絡ください。

## M-03 E-mail change

m-03-subject = 【{ $service }】メールアドレス変更のご確認
m-03-lead =
    メールアドレスの変更を行います。
    以下の URL にアクセスし、メールアドレスの変更を完了して下さい。
m-03-expiry =
    URL 期限：{ $minutes } 分
    （{ $expires_at } まで・日本時間）
m-03-code-hint =
    メールアドレスを入力した画面に、次の確認コードを入力して
    完了することもできます。
m-03-code =
    確認コード：{ $code }
    （他の人に教えないでください）
m-03-notes =
    ・URLは1回のみ利用できます。
    ・完了するまで、メールアドレスは変更されません。
m-03-stranger = ※もしこのメールにお心当たりのない方は削除して下さい。

## M-04 E-mail changed

m-04-subject = 【{ $service }】メールアドレス変更のお知らせ
m-04-lead =
    登録メールアドレスが変更されました。
    変更日時：{ $changed_at }（日本時間）
m-04-after = 今後、このメールアドレスには連絡が届きません。
m-04-stranger =
    変更した覚えがない場合は、至急、お問い合わせ先にご連絡
    ください。

## M-05 Second password reset

m-05-subject = 【{ $service }】第2パスワード再設定のご案内
m-05-lead =
    第2パスワードの再設定を行います。
    以下の URL にアクセスし、新しい第2パスワードを設定して下さい。
m-05-expiry =
    URL 期限：{ $minutes } 分
    （{ $expires_at } まで・日本時間）
m-05-code-hint =
    メールアドレスを入力した画面に、次の確認コードを入力して
    進むこともできます。
m-05-code =
    確認コード：{ $code }
    （他の人に教えないでください）
m-05-several =
    このメールアドレスは、複数のユーザIDに登録されています。
    再設定するユーザIDのURLを開いてください。
m-05-several-user-id = ユーザID：{ $user_id_masked }
m-05-several-code = 確認コード：{ $code }
m-05-several-hint =
    メールアドレスを入力した画面に、再設定するユーザIDの
    確認コードを入力して進むこともできます。
    （確認コードを他の人に教えないでください）
m-05-notes =
    ・URLは1回のみ利用できます。
    ・設定を完了するまで、現在の第2パスワードは変わりません。
m-05-stranger =
    ※もしこのメールにお心当たりのない方は削除して下さい。
    　第2パスワードは変更されません。

## M-06 Reset asked for, no second password set yet

m-06-subject = 【{ $service }】第2パスワードについてのご案内
m-06-lead =
    第2パスワード再設定のお申し込みを受け付けましたが、
    第2パスワードはまだ設定されていません。
    ログインページからログインし、第2パスワードを設定して
    ください。
m-06-stranger = お心当たりのない場合は、このメールを削除してください。

## M-07 Second password set, changed or reset

m-07-set-subject = 【{ $service }】第2パスワード設定のお知らせ
m-07-set-lead =
    第2パスワードが設定されました。
    日時：{ $changed_at }（日本時間）
m-07-changed-subject = 【{ $service }】第2パスワード変更のお知らせ
m-07-changed-lead =
    第2パスワードが変更されました。
    日時：{ $changed_at }（日本時間）
m-07-stranger =
    お心当たりのない場合は、第三者が操作したおそれがあります。
    至急、お問い合わせ先にご連絡ください。

## M-08 Two-factor setting changed

m-08-subject = 【{ $service }】二要素認証設定変更のお知らせ
m-08-lead =
    二要素認証が{ $state ->
        [on] 有効
       *[off] 無効
    }になりました。
    日時：{ $changed_at }（日本時間）
m-08-stranger =
    お心当たりのない場合は、至急、お問い合わせ先にご連絡
    ください。

## M-09 Repeated failures

m-09-subject = 【{ $service }】ログイン失敗のお知らせ
m-09-lead =
    第2パスワードまたは認証キーの入力が一定回数失敗したため、
    ログインを一時的に制限しました。
    日時：{ $locked_at }（日本時間）
m-09-advice =
    ご自身の操作の場合は、{ $minutes }分ほど時間をおいてから
    もう一度お試しください。
    お心当たりのない場合は、大学のパスワードを変更し、
    お問い合わせ先にご連絡ください。

## M-10 Address cleared by the office

m-10-subject = 【{ $service }】メールアドレス登録解除のお知らせ
m-10-lead =
    担当窓口での手続きにより、メールアドレスの登録が解除され
    ました。
    日時：{ $changed_at }（日本時間）
m-10-advice =
    次回のログイン時に、新しいメールアドレスを登録してくだ
    さい。
    お心当たりのない場合は、至急、お問い合わせ先にご連絡
    ください。

## M-11 Authenticator app

m-11-subject = 【{ $service }】認証アプリについてのお知らせ
m-11-lead =
    { $change ->
        [enrolled] 認証アプリが設定されました。
        [removed] 認証アプリの設定が解除されました。
       *[recovery-code-used] 認証アプリの回復コードが利用されました。
    }
    日時：{ $changed_at }（日本時間）
m-11-stranger =
    お心当たりのない場合は、至急、お問い合わせ先にご連絡
    ください。

## M-12 Registration moved to another university account by the office

m-12-subject = 【{ $service }】登録情報引き継ぎのお知らせ
m-12-lead =
    担当窓口での手続きにより、登録情報が新しいユーザIDに引き
    継がれました。
    日時：{ $changed_at }（日本時間）
m-12-advice =
    今後は、新しいユーザIDでログインしてください。
    これまでに登録した内容は、そのまま利用できます。
    お心当たりのない場合は、至急、お問い合わせ先にご連絡
    ください。
