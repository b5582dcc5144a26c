# Texts of the demo's university, in Japanese: its own sign-in, with no second password.

common-contact-office = { $tenant } 情報センター
login-title = 大学ログイン
login-user-id-hint = 学籍番号または職員番号を入力してください。
login-password-hint = 大学のパスワードを入力してください。
login-notice-1 = この画面は{ $tenant }の認証画面です。パスワードは大学だけが確認し、利用先のサービスには渡しません。
login-notice-2 = 共用のパソコンをご利用の場合は、終了時にすべてのブラウザ画面を閉じてください。
login-notice-3 = 大学のパスワードを、ほかのサービスで使ったり、他の人に教えたりしないでください。
login-notice-4 = パスワードを忘れた場合は、学生証をお持ちのうえ、情報センターの窓口で再発行を受けてください。
e-06 = ユーザIDまたはパスワードが正しくありません。
e-11 = 認証システムでエラーが発生しました。しばらく時間をおいてからお試しください。
logged-out-2 = ほかのサービスからはログアウトされていない場合があります。共用のパソコンをご利用の場合は、すべてのブラウザ画面を閉じてください。
