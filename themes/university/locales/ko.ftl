# Texts of the demo's university, in Korean: its own sign-in, with no second password.

common-contact-office = { $tenant } 정보센터
login-title = 대학 로그인
login-user-id-hint = 학번 또는 직원 번호를 입력해 주십시오.
login-password-hint = 대학 비밀번호를 입력해 주십시오.
login-notice-1 = 이 화면은 { $tenant }의 인증 화면입니다. 비밀번호는 대학에서만 확인하며 이용하시는 서비스에는 전달되지 않습니다.
login-notice-2 = 공용 컴퓨터를 이용하시는 경우에는 이용을 마칠 때 모든 브라우저 창을 닫아 주십시오.
login-notice-3 = 대학 비밀번호를 다른 서비스에서 사용하거나 다른 사람에게 알려 주지 마십시오.
login-notice-4 = 비밀번호를 잊으신 경우에는 학생증을 지참하여 정보센터 창구에서 재발급받아 주십시오.
e-06 = 사용자 ID 또는 비밀번호가 올바르지 않습니다.
e-11 = 인증 시스템에 오류가 발생했습니다. 잠시 후 다시 시도해 주십시오.
logged-out-2 = 다른 서비스에서는 로그아웃되지 않았을 수 있습니다. 공용 컴퓨터를 이용하시는 경우에는 모든 브라우저 창을 닫아 주십시오.
