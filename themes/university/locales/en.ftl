# Texts of the demo's university, in English: its own sign-in, with no second password.

common-contact-office = { $tenant }, Information Centre
login-title = University Sign-In
login-user-id-hint = Your student or staff number.
login-password-hint = Your university password.
login-submit = Sign in
login-notice-1 = This is the sign-in page of { $tenant }. Only the university checks your password; the services you use never see it.
login-notice-2 = On a shared computer, close all browser windows when you finish.
login-notice-3 = Do not use your university password anywhere else, and do not tell it to anyone.
login-notice-4 = If you forgot your password, bring your student card to the desk of the Information Centre.
e-06 = The user ID or password is not correct.
e-11 = The sign-in system has met an error. Please try again later.
logged-out-2 = You may still be logged in to other services. On a shared computer, close all browser windows.
