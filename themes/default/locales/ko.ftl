# Every text of pages and mails, in Korean. Titles and labels are those of journeys part 7.

## Common

common-service-name = 증명서 발급 서비스
common-page-title = { $tenant } { $title }
common-notice-heading = 주의 사항
common-notice-must-read = 주의 사항을 반드시 읽어 주십시오
common-ok = 확인
common-yes = 예
common-no = 아니요
common-back = 뒤로
common-close = 닫기
common-go-login = 로그인 페이지로 이동
common-continue = 계속
common-back-to-service = 서비스로 돌아가기
common-show-input = 입력한 문자 표시
common-hide-input = 입력한 문자 숨기기
common-required = 필수
common-error-summary = 입력한 내용을 확인해 주십시오.
common-user-id-line = 사용자 ID: { $user_id_masked }
common-contact-heading = 문의
common-contact-office = { $tenant } 담당 창구
common-contact-operator = 서비스 이용 방법 문의
common-contact-chat = 채팅 상담(새 창에서 열립니다)
common-reference = 문의 번호: { $ref }
common-reference-hint = 문의하실 때 이 번호를 알려 주십시오. 개인정보는 포함되어 있지 않습니다.
common-mail-help-heading = 메일이 도착하지 않는 경우
common-mail-help-spam = 스팸 메일함으로 분류되지 않았는지 확인해 주십시오.
common-mail-help-domain = ‘{ $mail_domain }’에서 보낸 메일과 URL이 포함된 메일을 받을 수 있도록 설정해 주십시오.
common-mail-help-carrier = 이동통신사의 메일 주소는 수신 설정에 따라 메일이 도착하지 않을 수 있습니다. 설정 방법은 이용하시는 이동통신사에 확인해 주십시오.
common-mail-help-delay = 도착하기까지 몇 분 정도 걸릴 수 있습니다.
common-mail-status-queued = 메일을 보내고 있습니다.
common-mail-status-sent = 메일을 보냈습니다({ $time }).
common-mail-status-delivered = 받는 쪽의 메일 서버가 메일을 접수했습니다({ $time }).
common-mail-status-delayed = 받는 쪽의 메일 서버 사정으로 전달이 지연되고 있습니다.
common-mail-status-refused = 받는 쪽의 메일 서버가 수신을 거부했습니다. 이메일 주소와 수신 설정을 확인해 주십시오.
common-mail-status-refresh = 전달 상태 새로 고침
common-mail-code-field = 확인 코드
common-mail-code-hint = 메일에 적힌 확인 코드(숫자 { $digits }자리)를 이 화면에 입력하셔도 됩니다.
common-mail-help-full = 받은 편지함의 용량이 부족하지 않은지 확인해 주십시오.
common-contact-phone = 전화: { $phone }
common-contact-hours = 접수 시간: { $hours }
common-contact-url = 문의 페이지(새 창에서 열립니다)
common-mail-status-failed = { e-66 }
common-list-separator = ,{" "}
common-announcement = 점검으로 인해 { $from } ~ { $until }(일본 시간)에는 서비스를 이용하실 수 없습니다.

## The end of a page's time

limit-until = 이 화면은 { $time }까지 유효합니다.
limit-reload = 유효 시간을 연장하면 화면을 다시 불러옵니다.
limit-extend = 유효 시간 연장
limit-soon = 이 화면의 유효 시간이 약 { $minutes }분 남았습니다.
limit-last = 이번 로그인의 유효 시간이 약 { $minutes }분 남았습니다. 보안을 위해 더 이상 연장할 수 없습니다.
limit-extended = 유효 시간을 연장했습니다.
limit-failed = 유효 시간을 연장하지 못했습니다. 통신 상태를 확인한 후 다시 시도하십시오.
limit-over = 이번 로그인이 종료되었습니다. 화면을 새로 고친 후 다시 로그인하십시오.

## P-01 Student Login

login-title = 재학생 로그인
login-language-label = 표시 언어
login-language-submit = 표시 언어 변경
login-user-id = 사용자 ID
login-user-id-hint = 대학에서 사용하는 사용자 ID(학번)를 입력해 주십시오.
login-password = 비밀번호
login-password-hint = 대학에서 사용하는 비밀번호를 입력해 주십시오.
login-federated-lead = ‘로그인’을 누르면 { $tenant }의 인증 화면으로 이동합니다. 대학에서 사용하는 사용자 ID와 비밀번호로 로그인해 주십시오.
login-submit = 로그인
login-forgot-second = 제2 비밀번호를 잊으셨나요?
login-forgot-university = 대학 비밀번호를 잊으셨나요?(대학 안내 페이지)
login-other-kind = 졸업생은 여기를 눌러 주십시오
login-notice-1 = 처음 이용하시는 분은 로그인한 후 이메일 주소와 제2 비밀번호를 등록하셔야 합니다.
login-notice-2 = 공용 컴퓨터를 이용하시는 경우에는 이용을 마칠 때 반드시 로그아웃하고 모든 브라우저 창을 닫아 주십시오.
login-notice-3 = 대학 비밀번호는 본 서비스에서 변경하거나 재발급할 수 없습니다. 대학의 안내에 따라 주십시오.
login-notice-4 = 졸업·수료·자퇴하신 분은 재학생 로그인을 이용하실 수 없습니다.

## P-02 Set Your E-mail Address

email-set-title = 이메일 주소 설정
email-set-lead = 처음 로그인하신 분은 연락용 이메일 주소를 등록해 주십시오.
email-set-lead-again = 이메일 주소 등록이 해제되었습니다. 새 이메일 주소를 등록해 주십시오.
email-set-bounced = 지난번 메일을 전달하지 못했습니다. 다른 이메일 주소를 등록하시기를 권장합니다.
email-set-address = 이메일 주소
email-set-address-placeholder = 이메일 주소
email-set-confirm = 다시 입력
email-set-confirm-placeholder = 이메일 주소
email-set-submit = 확인
email-set-notice-1 = 입력하신 이메일 주소로 확인 메일을 보내 드립니다. { $minutes }분 이내에 메일에 적힌 URL을 열어 등록을 완료해 주십시오.
email-set-notice-2 = 스팸 메일 차단을 설정하신 경우에는 미리 ‘{ $mail_domain }’에서 보낸 메일을 받을 수 있도록 설정해 주십시오.
email-set-notice-3 = 로그인에 필요한 인증키도 이 이메일 주소로 보내 드립니다. 본인만 받을 수 있는 이메일 주소를 등록해 주십시오.
email-set-notice-4 = 졸업 후에도 이용할 수 있는 이메일 주소를 등록하시기를 권장합니다.

## P-03 Confirmation E-mail Sent

email-sent-title = 확인 메일 발송
email-sent-body = { $email } 주소로 확인 메일을 보냈습니다. 메일에 적힌 URL을 열어 { $expires_at }까지 등록을 완료해 주십시오.
email-sent-device = URL은 스마트폰 등 다른 기기에서도 열 수 있습니다. 이 화면은 닫으셔도 됩니다.
email-sent-wait = 등록이 완료되면 이 화면은 자동으로 바뀝니다.
email-sent-check = 등록 상태 확인
email-sent-code-submit = 등록 완료
email-sent-after = 등록을 완료한 후 로그인 페이지에서 다시 로그인해 주십시오.
email-sent-resend = 확인 메일 다시 보내기
email-sent-resent = 확인 메일을 다시 보냈습니다. 이전 메일에 적힌 URL은 이용하실 수 없습니다.
email-sent-edit = 이메일 주소 수정

## P-04 Complete E-mail Registration

email-confirm-title = 이메일 주소 등록
email-confirm-body = 다음 이메일 주소를 등록합니다. ‘등록 완료’를 눌러 주십시오.
email-confirm-target = { $email_masked }(사용자 ID: { $user_id_masked })
email-confirm-submit = 등록 완료
email-confirm-stranger = 본인이 요청하지 않은 경우에는 이 화면을 닫아 주십시오. 등록되지 않습니다.

## P-05 E-mail Address Set

email-done-title = 이메일 주소 설정 완료
email-done-1 = 이메일 주소를 설정했습니다.
email-done-2 = 앞으로 시스템에서 보내는 연락은 이 이메일 주소로 발송됩니다.
email-done-3 = 이메일 주소는 로그인 후 메뉴에서 변경하실 수 있습니다.

## P-06 Set Your Second Password

sp-set-title = 제2 비밀번호 설정
sp-set-lead = 증명서 발급 서비스 전용 비밀번호를 설정해 주십시오. 대학 비밀번호와 다른 것으로 설정하셔야 합니다.
sp-set-new = 제2 비밀번호
sp-set-new-placeholder = 제2 비밀번호
sp-set-confirm = 다시 입력
sp-set-confirm-placeholder = 제2 비밀번호
sp-set-notice-1 = 보안 강화를 위해 제2 비밀번호를 설정해 주십시오.
sp-set-notice-2 = 다음 로그인부터 비밀번호와 함께 제2 비밀번호도 입력해 주십시오.
sp-set-notice-3 = 제2 비밀번호는 로그인 후 메뉴에서 변경하실 수 있습니다.
sp-rules-lead = 제2 비밀번호는 아래 규칙에 따라 설정해 주십시오.
sp-rules-length = { $min }자 이상이어야 합니다.
sp-rules-upper = 반각 영문 대문자(A-Z)를 1자 이상 포함해야 합니다.
sp-rules-lower = 반각 영문 소문자(a-z)를 1자 이상 포함해야 합니다.
sp-rules-digit = 반각 숫자(0-9)를 1자 이상 포함해야 합니다.
sp-rules-charset = 반각 영문자와 숫자 이외의 문자를 포함할 수 없습니다.
sp-set-submit = 설정

## P-07 Enter Your Second Password

sp-entry-title = 제2 비밀번호 입력
sp-entry-lead = 증명서 발급 서비스의 제2 비밀번호를 입력해 주십시오.
sp-entry-field = 제2 비밀번호
sp-entry-submit = 다음
sp-entry-forgot = 제2 비밀번호를 잊으셨나요?
sp-entry-notice-1 = 제2 비밀번호는 대학 비밀번호가 아닙니다. 처음 로그인하실 때 직접 설정하신 비밀번호입니다.
sp-entry-notice-2 = 일정 횟수 이상 잘못 입력하면 일시적으로 로그인할 수 없게 됩니다.

## P-08 Enter the Authentication Key

key-title = 인증키 입력
key-lead = { $email_masked } 주소로 인증키를 보냈습니다({ $sent_at } 발송). 메일에 적힌 { $digits }자리 인증키를 입력해 주십시오.
key-ref = 대조 번호: { $key_ref }
key-ref-hint = 메일에 적힌 대조 번호와 같은지 확인해 주십시오.
key-field = 인증키
key-submit = 인증
key-reissue = 인증키 재발급
key-notice-1 = 인증키의 유효 시간은 발송 후 { $minutes }분입니다.
key-notice-2 = 메일이 여러 통 도착한 경우에는 대조 번호가 같은 메일의 인증키를 입력해 주십시오.
key-notice-3 = { $max }회 잘못 입력하면 인증키가 무효가 됩니다. 이 경우 ‘인증키 재발급’을 눌러 주십시오.
key-notice-4 = 메일을 확인하는 동안 이 화면을 닫지 마십시오.
key-lost-mail = 메일을 받을 수 없는 경우
key-bounced = 지난번 인증키 메일을 전달하지 못했습니다. 수신 설정을 확인해 주십시오.

## P-09 Change Your E-mail Address

email-change-title = 이메일 주소 변경
email-change-current = 현재 이메일 주소: { $email_masked }
email-change-new = 새 이메일 주소
email-change-new-placeholder = 새 이메일 주소
email-change-confirm = 다시 입력
email-change-confirm-placeholder = 새 이메일 주소
email-change-submit = 확인
email-change-notice-1 = 새 이메일 주소로 확인 메일을 보내 드립니다. { $minutes }분 이내에 메일에 적힌 URL을 열면 변경이 완료됩니다.
email-change-notice-2 = 변경이 완료될 때까지는 현재 이메일 주소가 계속 사용됩니다.
email-change-notice-3 = { email-set-notice-2 }

## P-10 Confirmation E-mail Sent

email-change-sent-title = 확인 메일 발송
email-change-sent-body = { $email } 주소로 확인 메일을 보냈습니다. 메일에 적힌 URL을 열어 { $expires_at }까지 변경을 완료해 주십시오.
email-change-sent-wait = 변경이 완료되면 이 화면은 자동으로 바뀝니다.
email-change-sent-code-submit = 변경 완료
email-change-sent-pending = URL을 열 때까지 이메일 주소는 변경되지 않습니다.

## P-11 Complete E-mail Change

email-change-confirm-title = 이메일 주소 변경 확인
email-change-confirm-body = 등록된 이메일 주소를 다음과 같이 변경합니다. ‘변경 완료’를 눌러 주십시오.
email-change-confirm-target = { $email_masked }(사용자 ID: { $user_id_masked })
email-change-confirm-submit = 변경 완료
email-change-confirm-stranger = 본인이 요청하지 않은 경우에는 이 화면을 닫아 주십시오. 변경되지 않습니다.

## P-12 E-mail Address Changed

email-changed-title = 이메일 주소 변경 완료
email-changed-1 = 이메일 주소를 변경했습니다.
email-changed-2 = 앞으로 시스템에서 보내는 연락은 새 이메일 주소로 발송됩니다.
email-changed-to-top = 첫 페이지로 이동

## P-13 Change Your Second Password

sp-change-title = 제2 비밀번호 변경
sp-change-current = 현재 제2 비밀번호
sp-change-current-placeholder = 현재 제2 비밀번호
sp-change-new = 새 제2 비밀번호
sp-change-new-placeholder = 새 제2 비밀번호
sp-change-confirm = 다시 입력
sp-change-confirm-placeholder = 새 제2 비밀번호
sp-change-back = 뒤로
sp-change-submit = 변경

## P-14 Forgot Your Second Password

sp-forgot-title = 제2 비밀번호를 잊은 경우
sp-forgot-lead = 제2 비밀번호를 재설정하기 위한 메일을 보내 드립니다. 등록하신 이메일 주소를 입력해 주십시오.
sp-forgot-address = 이메일 주소
sp-forgot-submit = 보내기
sp-forgot-notice-1 = { $minutes }분 이내에 메일에 적힌 URL을 열어 새 제2 비밀번호를 설정해 주십시오.
sp-forgot-notice-2 = 이메일 주소를 등록하지 않으신 분은 먼저 로그인하여 이메일 주소를 등록해 주십시오.
sp-forgot-notice-3 = 대학 비밀번호를 잊으신 경우에는 대학의 안내에 따라 주십시오.

## P-15 Reset E-mail

sp-forgot-sent-title = 재설정 메일 발송
sp-forgot-sent-body = 입력하신 이메일 주소가 등록되어 있는 경우 제2 비밀번호를 재설정하기 위한 메일을 보내 드립니다. { $minutes }분 이내에 도착한 메일에 적힌 URL을 열어 주십시오.
sp-forgot-sent-code-submit = 다음
sp-forgot-sent-hint = 잠시 기다려도 도착하지 않는 경우에는 다른 이메일 주소를 등록하셨을 수 있습니다.

## P-16 Set a New Second Password

sp-reset-title = 제2 비밀번호 재설정
sp-reset-new = 제2 비밀번호
sp-reset-confirm = 다시 입력
sp-reset-submit = 변경
sp-reset-notice-1 = 설정한 후 로그인 페이지에서 다시 로그인해 주십시오.

## P-17 Send an Authentication Key

key-send-title = 인증키 발송
key-send-body = 이 작업을 하려면 인증키를 입력하셔야 합니다. { $email_masked } 주소로 인증키를 보내 드립니다.
key-send-submit = 인증키 보내기

## P-18 Two-Factor Authentication

tfa-title = 2단계 인증 설정
tfa-state-on = 활성
tfa-state-off = 비활성
tfa-current = 현재 설정: { $state }
tfa-explain = 활성화하면 로그인할 때 등록된 이메일 주소로 발송되는 인증키를 입력하셔야 합니다.
tfa-explain-off = 비활성화하면 로그인할 때 인증키를 입력하지 않으셔도 됩니다. 안전을 위해 활성화된 상태로 두시기를 권장합니다.
tfa-address = 인증키를 받을 주소: { $email_masked }
tfa-forced = { $tenant }의 설정에 따라 2단계 인증은 항상 활성화되어 있습니다. 변경하실 수 없습니다.

## P-19 Confirm Your Second Password

stepup-title = 제2 비밀번호 확인
stepup-lead = 안전을 위해 제2 비밀번호를 한 번 더 입력해 주십시오.
stepup-submit = 다음

## P-20, P-21 Log Out

logout-title = 로그아웃
logout-ask = 로그아웃하시겠습니까?
logged-out-title = 로그아웃 완료
logged-out-1 = 로그아웃했습니다.
logged-out-2 = 대학의 다른 서비스에서는 로그아웃되지 않았을 수 있습니다. 공용 컴퓨터를 이용하시는 경우에는 모든 브라우저 창을 닫아 주십시오.

## P-22 Error

error-title = 오류
error-protocol = 기술 정보:

## P-23 Link Not Valid

link-bad-title = 사용할 수 없는 URL입니다
link-bad-retry-register = { common-go-login }
link-bad-retry-change = 이메일 주소 변경 다시 하기
link-bad-retry-reset = 제2 비밀번호 재설정 다시 하기

## P-24 Service Not Available to You

not-eligible-title = 이용하실 수 없습니다
not-eligible-graduate = 재학생 로그인은 { $tenant }에 재학 중인 분만 이용하실 수 있습니다. 졸업·수료·자퇴하신 분은 졸업생 안내를 확인해 주십시오.
not-eligible-graduate-link = 졸업생은 여기를 눌러 주십시오
not-eligible-missing = { $tenant }에서 이용에 필요한 정보({ $items })를 받지 못했습니다. 대학의 인증 화면에서 정보 전송에 동의하지 않으신 경우에는 다시 로그인하여 동의해 주십시오.
not-eligible-items-affiliation = 재학 중임을 나타내는 정보
not-eligible-items-user-id = 학번
not-eligible-retry = 다시 로그인
not-eligible-suspended = 이 사용자 ID는 현재 이용하실 수 없습니다. { $tenant } 담당 창구에 문의해 주십시오.

## P-25 Temporarily Unable to Log In

locked-title = 일시적으로 로그인할 수 없습니다
locked-body = 제2 비밀번호를 일정 횟수 이상 잘못 입력하여 로그인이 일시적으로 중지되었습니다. 약 { $minutes }분 후에 다시 시도해 주십시오.
locked-until-reset = 제2 비밀번호를 계속해서 잘못 입력하여 이 제2 비밀번호는 이용하실 수 없습니다. ‘제2 비밀번호를 잊으셨나요?’에서 재설정해 주십시오.
locked-forgot = 제2 비밀번호를 잊으셨나요?

## P-26 Under Maintenance

maintenance-title = 점검 중
maintenance-body = 현재 점검 중이므로 서비스를 이용하실 수 없습니다.({ $from } ~ { $to }, 일본 시간)

## P-27 Already Logged In

already-title = 이미 로그인되어 있습니다
already-same = 다른 창에서 로그인이 완료되었습니다.
already-other = 다른 사용자 ID({ $user_id_masked })로 로그인되어 있습니다. 다른 사용자 ID로 이용하시려면 먼저 로그아웃해 주십시오.
already-continue-as = 이 사용자 ID로 계속

## P-28 Login Timed Out

timed-out-title = 로그인 시간이 만료되었습니다
timed-out-body = 로그인 유효 시간이 지났습니다. 번거로우시겠지만 처음부터 다시 로그인해 주십시오.

## P-29 Menu

menu-title = 메뉴
menu-top = 첫 페이지
menu-manual = 매뉴얼
menu-email = 이메일 주소 변경
menu-second-password = 제2 비밀번호 변경
menu-two-factor = 2단계 인증 설정
menu-logout = 로그아웃

## P-30 If You Cannot Receive E-mail

lost-mail-title = 메일을 받을 수 없는 경우
lost-mail-1 = 등록하신 이메일 주소를 이용할 수 없게 된 경우에는 { $tenant } 담당 창구에 연락해 주십시오.
lost-mail-2 = 본인임을 확인한 후 이메일 주소 등록을 해제합니다. 해제된 후 로그인하실 때 새 이메일 주소를 등록하시게 됩니다.
lost-mail-3 = 스마트폰이나 이동통신사를 변경하실 예정인 분은 변경하기 전에 ‘이메일 주소 변경’에서 등록 내용을 변경해 주십시오.

## P-31 to P-36 Pages without a model in the manual

consent-title = 정보 제공 안내
consent-body = { $client }에 다음 정보를 제공합니다. 동의하십니까?
consent-allow = 동의
consent-deny = 동의하지 않음
consent-scope-openid = 로그인한 사실과 사용자를 구별하는 식별자(학번이 아님)
consent-scope-profile = 이름, 사용자 ID 등 기본 정보
consent-scope-email = 이메일 주소
consent-scope-address = 주소
consent-scope-phone = 전화번호
consent-scope-student = 학번, 이용자 구분, 소속
consent-scope-account = 2단계 인증 설정(활성 여부)
consent-offline = 로그인하지 않은 동안에도 이 정보를 받는 것(최대 30일)
consent-resource = 사용자를 대신하여 { $resource } 이용
consent-claim-name = 이름
consent-claim-family-name = 성
consent-claim-given-name = 이름(성 제외)
consent-claim-middle-name = 중간 이름
consent-claim-nickname = 별명
consent-claim-preferred-username = 사용자 ID
consent-claim-profile = 프로필 페이지 주소
consent-claim-picture = 사진
consent-claim-website = 웹사이트 주소
consent-claim-gender = 성별
consent-claim-birthdate = 생년월일
consent-claim-zoneinfo = 시간대
consent-claim-locale = 표시 언어
consent-claim-updated-at = 정보 갱신 일시
consent-claim-email = 이메일 주소
consent-claim-email-verified = 이메일 주소 확인 여부
consent-claim-address = 주소
consent-claim-phone-number = 전화번호
consent-claim-phone-number-verified = 전화번호 확인 여부
consent-claim-student-number = 학번
consent-claim-user-kind = 이용자 구분
consent-claim-affiliation = 소속
consent-claim-two-factor-enabled = 2단계 인증 설정(활성 여부)
consent-policy = { $client }의 개인정보 처리방침(새 창에서 열립니다)
consent-terms = { $client }의 이용 약관(새 창에서 열립니다)
consent-remembered = 동의 내용은 저장되며 다음부터는 묻지 않습니다. 메뉴의 "{ sessions-title }"에서 언제든지 제공을 중단할 수 있습니다.
device-title = 기기 연결
device-lead = 기기 화면에 표시된 번호를 입력해 주십시오.
device-user-code = 번호
device-submit = 다음
device-done = 연결되었습니다. 기기 화면으로 돌아가 주십시오.
device-refused = 연결하지 않았습니다. 기기의 화면을 닫아 주십시오.
device-another = 다른 번호 입력
device-notice-1 = 가지고 계신 기기의 화면에 표시된 번호를 입력해 주십시오.
device-notice-2 = 다른 사람이 보내거나 전화 또는 이메일로 알려 준 번호는 입력하지 마십시오.
device-ask = 이 기기를 연결하면 { $client }에 다음 정보를 제공합니다.
device-ask-connect = 이 기기를 연결하시겠습니까?
device-allow = 연결
device-deny = 연결하지 않음
device-warning-1 = 가지고 계신 기기를 본인이 직접 조작하고 있는 경우에만 "연결"을 눌러 주십시오.
device-warning-2 = 번호나 이 화면의 URL을 다른 사람에게서 받은 경우에는 "연결하지 않음"을 눌러 주십시오.
sessions-title = 로그인 중인 기기
sessions-line = { $browser } · { $time }부터
sessions-this = 이 기기
sessions-unknown = 알 수 없는 브라우저
sessions-end = 로그아웃
sessions-end-others = 다른 기기에서 모두 로그아웃
sessions-grants = 정보를 제공하고 있는 서비스
sessions-revoke = 제공 중단
totp-title = 인증 앱
totp-lead = 인증 앱에 표시된 6자리 숫자를 입력해 주십시오.
totp-field = 확인 코드
totp-submit = 인증
totp-use-recovery = 복구 코드 사용
totp-use-mail = 메일 인증키 사용
totp-use-app = 인증 앱 사용
totp-recovery-lead = 보관하신 복구 코드 중 하나를 입력해 주십시오. 한 번 사용한 복구 코드는 다시 사용하실 수 없습니다.
totp-recovery-field = 복구 코드
totp-set-title = 인증 앱 설정
totp-set-lead = 인증 앱으로 다음 그림을 스캔하거나 문자를 입력한 후, 표시된 6자리 숫자를 입력해 주십시오.
totp-set-picture = 인증 앱으로 스캔할 그림
totp-set-secret = 인증 앱에 입력할 문자
totp-set-open = 이 기기의 인증 앱에서 열기
totp-set-done = 인증 앱이 설정되어 있습니다. 로그인할 때 인증키가 필요한 경우에는 인증 앱에 표시된 숫자를 입력해 주십시오.
totp-set-removed = 인증 앱 설정을 해제했습니다.
totp-set-remove-lead = 설정을 해제하면 복구 코드도 사용하실 수 없게 됩니다. 이후에는 메일로 받은 인증키를 입력해 주십시오.
totp-set-remove = 인증 앱 설정 해제
totp-set-submit = 설정
recovery-title = 복구 코드
recovery-lead = 인증 앱을 이용할 수 없게 될 때를 대비해 이 코드를 보관해 주십시오. 다시 표시되지 않습니다.
recovery-submit = 보관했습니다

## Dialogs

d-01-title = 변경 완료
d-01-text = 제2 비밀번호가 설정되었습니다.
d-02-title = 변경 완료
d-02-text = 제2 비밀번호가 변경되었습니다.
d-03-title = 인증키 무효
d-03-text = 인증키를 일정 횟수 이상 잘못 입력하여 인증키가 무효가 되었습니다. ‘인증키 재발급’을 눌러 새 인증키를 받아 주십시오.
d-04-title = 인증키 재발급
d-04-text = 인증키를 재발급했습니다. { $email_masked } 주소로 보낸 메일에 적힌 새 인증키를 입력해 주십시오. 이전 인증키는 이용하실 수 없습니다.
d-05-title = 2단계 인증 설정
d-05-text = 2단계 인증을 활성화하시겠습니까?
d-06-title = 2단계 인증 설정
d-06-text = 2단계 인증이 활성화되었습니다.
d-07-title = 2단계 인증 설정
d-07-text = 2단계 인증을 비활성화하시겠습니까?
d-08-title = 2단계 인증 설정
d-08-text = 2단계 인증이 비활성화되었습니다.

## Errors

e-01 = 로그인 요청이 올바르지 않습니다. 대학 홈페이지에서 다시 접속해 주십시오.
e-02 = 화면의 유효 시간이 지났거나 작업 순서가 올바르지 않습니다. 처음부터 다시 시작해 주십시오.
e-03 = 브라우저의 쿠키가 비활성화되어 있습니다. 쿠키를 활성화한 후 다시 시도해 주십시오.
e-04 = 짧은 시간에 너무 많은 작업이 이루어졌습니다. 잠시 후 다시 시도해 주십시오.
e-05 = 사용자 ID와 비밀번호를 입력해 주십시오.
e-06 = 사용자 ID 또는 비밀번호가 올바르지 않습니다. 대학에서 사용하는 것을 입력해 주십시오.
e-07 = 로그인에 계속 실패하여 접수를 일시적으로 중지했습니다. 약 { $minutes }분 후에 다시 시도해 주십시오.
e-08 = 대학 인증이 완료되지 않았습니다. 다시 로그인해 주십시오.
e-09 = 대학 인증 화면의 유효 시간이 지났습니다. 다시 로그인해 주십시오.
e-10 = { $tenant }의 인증 시스템에 연결할 수 없습니다. 잠시 후 다시 시도해 주십시오. 문제가 계속되면 { $tenant } 담당 창구에 문의해 주십시오.
e-11 = 시스템에 오류가 발생했습니다. 잠시 후 다시 시도해 주십시오.
e-12 = 페이지를 찾을 수 없습니다.
e-20 = 이메일 주소를 입력해 주십시오.
e-21 = 이메일 주소 형식이 올바르지 않습니다.
e-22 = 다시 입력한 이메일 주소가 일치하지 않습니다.
e-23 = 이 이메일 주소는 ‘.’이 연속되거나 ‘@’ 바로 앞에 ‘.’이 있어 이용하실 수 없습니다. 다른 이메일 주소를 입력해 주십시오.
e-24 = { $domains } 이메일 주소는 등록하실 수 없습니다. 본인이 가입하신 이메일 주소를 입력해 주십시오.
e-25 = { $domains } 이메일 주소를 입력해 주십시오.
e-26 = 확인 메일 발송 횟수가 한도에 도달했습니다. { $time } 이후에 다시 시도해 주십시오.
e-27 = { $seconds }초 후에 다시 보낼 수 있습니다.
e-28 = 현재 등록된 이메일 주소와 같습니다.
e-29 = 짧은 시간에 너무 많은 메일을 보냈습니다. 잠시 후 다시 시도해 주십시오.
e-30 = URL의 유효 시간이 지났습니다. 번거로우시겠지만 절차를 다시 진행해 주십시오.
e-31 = 이 URL은 이미 사용되었습니다.
e-32 = 새 메일을 보내 드렸으므로 이 URL은 이용하실 수 없습니다. 가장 최근에 받은 메일의 URL을 열어 주십시오.
e-33 = URL이 올바르지 않습니다. 메일에 적힌 URL이 중간에 줄바꿈되어 있는 경우에는 전체를 복사하여 브라우저에 붙여 넣어 주십시오.
e-40 = { $min }자 이상 입력해 주십시오.
e-41 = 반각 영문 대문자(A-Z)를 1자 이상 포함해 주십시오.
e-42 = 반각 영문 소문자(a-z)를 1자 이상 포함해 주십시오.
e-43 = 반각 숫자(0-9)를 1자 이상 포함해 주십시오.
e-44 = 반각 영문자와 숫자 이외의 문자는 사용할 수 없습니다.
e-45 = 전각 문자가 포함되어 있습니다. 반각 영문자와 숫자로 입력해 주십시오.
e-46 = 다시 입력한 내용이 일치하지 않습니다.
e-47 = 현재 제2 비밀번호와 다른 것을 입력해 주십시오.
e-48 = 사용자 ID가 포함되거나 추측하기 쉬운 것은 설정할 수 없습니다. 다른 것을 입력해 주십시오.
e-49 = 제2 비밀번호를 입력해 주십시오.
e-50 = 제2 비밀번호가 올바르지 않습니다.
e-51 = 현재 제2 비밀번호가 올바르지 않습니다.
e-52 = { $max }자 이내로 입력해 주십시오.
e-53 = 계속해서 잘못 입력하셨습니다. { $seconds }초 후에 다시 입력해 주십시오.
e-60 = { $digits }자리 인증키를 입력해 주십시오.
e-61 = 인증키가 올바르지 않습니다. 메일이 여러 통 도착한 경우에는 대조 번호가 ‘{ $key_ref }’인 메일의 인증키를 입력해 주십시오.
e-62 = 인증키의 유효 시간이 지났습니다. ‘인증키 재발급’을 눌러 주십시오.
e-63 = { $seconds }초 후에 인증키를 재발급할 수 있습니다.
e-64 = 인증키 재발급 횟수가 한도에 도달했습니다. 로그인 페이지에서 다시 시작해 주십시오.
e-65 = 인증키 발송 횟수가 한도에 도달했습니다. { $time } 이후에 다시 시도해 주십시오.
e-66 = 메일을 보내지 못했습니다. 잠시 후 다시 시도해 주십시오.
e-67 = 확인 코드가 올바르지 않습니다.
e-68 = 확인 코드를 일정 횟수 이상 잘못 입력하여 이 확인 코드는 이용하실 수 없습니다. 메일에 적힌 URL을 열거나 메일을 다시 보내 주십시오.
e-69 = 확인 코드의 유효 시간이 지났습니다. 메일을 다시 보내 주십시오.
e-70 = 인증키를 계속해서 잘못 입력하여 인증키 발송이 중지되었습니다. { $tenant } 담당 창구에 문의해 주십시오.
e-71 = 확인 코드가 올바르지 않습니다. 인증 앱에 표시된 최신 숫자를 입력해 주십시오.
e-72 = 번호가 올바르지 않거나 유효 시간이 지났습니다. 기기 화면을 확인해 주십시오.
e-73 = 복구 코드가 올바르지 않습니다.

## The answer to a client that asks for it by POST

form-post-title = 서비스로 이동하고 있습니다
form-post-lead = 화면이 자동으로 바뀌지 않으면 ‘계속’을 눌러 주십시오.

## Mails: common

m-head = { $tenant }  { $service }
m-footer =
    ----------------------------------------------------------
    이 메일은 발신 전용입니다. 회신하실 수 없습니다.
    문의처:

## M-01 E-mail registration

m-01-subject = [{ $service }] 이메일 주소 등록 확인
m-01-lead =
    이메일 주소 등록을 진행합니다.
    아래 URL을 열어 이메일 주소 등록을 완료해 주십시오.
m-01-expiry =
    URL 유효 시간: { $minutes }분
    ({ $expires_at }까지, 일본 시간)
m-01-code-hint =
    이메일 주소를 입력한 화면에 다음 확인 코드를 입력하여
    완료하실 수도 있습니다.
m-01-code =
    확인 코드: { $code }
    (다른 사람에게 알려 주지 마십시오.)
m-01-notes =
    - URL은 한 번만 이용하실 수 있습니다.
    - 스마트폰 등 다른 기기에서도 열 수 있습니다.
    - 등록을 완료한 후 로그인 페이지에서 다시 로그인해
      주십시오.
m-01-stranger =
    본인이 요청하지 않은 경우에는 이 메일을 삭제해 주십시오.
    이메일 주소는 등록되지 않습니다.

## M-02 Authentication key

m-02-subject = [{ $service }] 인증키 안내
m-02-lead =
    로그인에 필요한 인증키를 알려 드립니다.
    ‘인증키 입력’ 화면에 입력해 주십시오.
m-02-key =
    인증키: { $key }
    대조 번호: { $key_ref }
m-02-expiry =
    유효 시간: { $minutes }분({ $expires_at }까지, 일본 시간)
    발송 시각: { $sent_at }
m-02-notes =
    - 화면의 대조 번호와 같은지 확인해 주십시오.
    - 인증키를 다른 사람에게 알려 주지 마십시오. 대학이나
      본 서비스의 담당자가 인증키를 여쭤보는 일은 없습니다.
m-02-stranger =
    로그인하지 않았는데 이 메일이 도착한 경우에는 다른 사람이
    비밀번호를 알고 있을 수 있습니다.
    대학 비밀번호와 제2 비밀번호를 변경하고 문의처로 연락해
    주십시오.

## M-03 E-mail change

m-03-subject = [{ $service }] 이메일 주소 변경 확인
m-03-lead =
    이메일 주소 변경을 진행합니다.
    아래 URL을 열어 이메일 주소 변경을 완료해 주십시오.
m-03-expiry =
    URL 유효 시간: { $minutes }분
    ({ $expires_at }까지, 일본 시간)
m-03-code-hint =
    이메일 주소를 입력한 화면에 다음 확인 코드를 입력하여
    완료하실 수도 있습니다.
m-03-code =
    확인 코드: { $code }
    (다른 사람에게 알려 주지 마십시오.)
m-03-notes =
    - URL은 한 번만 이용하실 수 있습니다.
    - 완료할 때까지 이메일 주소는 변경되지 않습니다.
m-03-stranger = 본인이 요청하지 않은 경우에는 이 메일을 삭제해 주십시오.

## M-04 E-mail changed

m-04-subject = [{ $service }] 이메일 주소 변경 안내
m-04-lead =
    등록된 이메일 주소가 변경되었습니다.
    변경 일시: { $changed_at }(일본 시간)
m-04-after = 앞으로 이 이메일 주소로는 연락이 발송되지 않습니다.
m-04-stranger =
    본인이 변경하지 않은 경우에는 즉시 문의처로 연락해
    주십시오.

## M-05 Second password reset

m-05-subject = [{ $service }] 제2 비밀번호 재설정 안내
m-05-lead =
    제2 비밀번호 재설정을 진행합니다.
    아래 URL을 열어 새 제2 비밀번호를 설정해 주십시오.
m-05-expiry =
    URL 유효 시간: { $minutes }분
    ({ $expires_at }까지, 일본 시간)
m-05-code-hint =
    이메일 주소를 입력한 화면에 다음 확인 코드를 입력하여
    진행하실 수도 있습니다.
m-05-code =
    확인 코드: { $code }
    (다른 사람에게 알려 주지 마십시오.)
m-05-several =
    이 이메일 주소는 여러 사용자 ID에 등록되어 있습니다.
    재설정할 사용자 ID의 URL을 열어 주십시오.
m-05-several-user-id = 사용자 ID: { $user_id_masked }
m-05-several-code = 확인 코드: { $code }
m-05-several-hint =
    이메일 주소를 입력한 화면에 재설정할 사용자 ID의 확인
    코드를 입력하여 진행하실 수도 있습니다.
    (확인 코드를 다른 사람에게 알려 주지 마십시오.)
m-05-notes =
    - URL은 한 번만 이용하실 수 있습니다.
    - 설정을 완료할 때까지 현재 제2 비밀번호는 변경되지
      않습니다.
m-05-stranger =
    본인이 요청하지 않은 경우에는 이 메일을 삭제해 주십시오.
    제2 비밀번호는 변경되지 않습니다.

## M-06 Reset asked for, no second password set yet

m-06-subject = [{ $service }] 제2 비밀번호 안내
m-06-lead =
    제2 비밀번호 재설정 신청을 접수했으나 제2 비밀번호가 아직
    설정되어 있지 않습니다.
    로그인 페이지에서 로그인하여 제2 비밀번호를 설정해
    주십시오.
m-06-stranger = 본인이 요청하지 않은 경우에는 이 메일을 삭제해 주십시오.

## M-07 Second password set, changed or reset

m-07-set-subject = [{ $service }] 제2 비밀번호 설정 안내
m-07-set-lead =
    제2 비밀번호가 설정되었습니다.
    일시: { $changed_at }(일본 시간)
m-07-changed-subject = [{ $service }] 제2 비밀번호 변경 안내
m-07-changed-lead =
    제2 비밀번호가 변경되었습니다.
    일시: { $changed_at }(일본 시간)
m-07-stranger =
    본인이 하지 않은 경우에는 다른 사람이 조작했을 수 있습니다.
    즉시 문의처로 연락해 주십시오.

## M-08 Two-factor setting changed

m-08-subject = [{ $service }] 2단계 인증 설정 변경 안내
m-08-lead =
    2단계 인증이 { $state ->
        [on] 활성화
       *[off] 비활성화
    }되었습니다.
    일시: { $changed_at }(일본 시간)
m-08-stranger =
    본인이 하지 않은 경우에는 즉시 문의처로 연락해 주십시오.

## M-09 Repeated failures

m-09-subject = [{ $service }] 로그인 실패 안내
m-09-lead =
    제2 비밀번호 또는 인증키를 일정 횟수 이상 잘못 입력하여
    로그인을 일시적으로 제한했습니다.
    일시: { $locked_at }(일본 시간)
m-09-advice =
    본인이 하신 경우에는 약 { $minutes }분 후에 다시 시도해
    주십시오.
    본인이 하지 않은 경우에는 대학 비밀번호를 변경하고 문의처로
    연락해 주십시오.

## M-10 Address cleared by the office

m-10-subject = [{ $service }] 이메일 주소 등록 해제 안내
m-10-lead =
    담당 창구에서 처리하여 이메일 주소 등록이 해제되었습니다.
    일시: { $changed_at }(일본 시간)
m-10-advice =
    다음에 로그인하실 때 새 이메일 주소를 등록해 주십시오.
    본인이 신청하지 않은 경우에는 즉시 문의처로 연락해
    주십시오.

## M-11 Authenticator app

m-11-subject = [{ $service }] 인증 앱 안내
m-11-lead =
    { $change ->
        [enrolled] 인증 앱이 설정되었습니다.
        [removed] 인증 앱 설정이 해제되었습니다.
       *[recovery-code-used] 인증 앱의 복구 코드가 사용되었습니다.
    }
    일시: { $changed_at }(일본 시간)
m-11-stranger =
    본인이 하지 않은 경우에는 즉시 문의처로 연락해 주십시오.

## M-12 Registration moved to another university account by the office

m-12-subject = [{ $service }] 등록 정보 이전 안내
m-12-lead =
    담당 창구에서 처리하여 등록 정보가 새 사용자 ID로
    이전되었습니다.
    일시: { $changed_at }(일본 시간)
m-12-advice =
    앞으로는 새 사용자 ID로 로그인해 주십시오.
    등록하신 내용은 그대로 이용하실 수 있습니다.
    본인이 신청하지 않은 경우에는 즉시 문의처로 연락해
    주십시오.
