# Every text of pages and mails, in English.

## Common

common-service-name = Certificate Issuance Service
common-page-title = { $tenant } { $title }
common-notice-heading = Notices
common-notice-must-read = Please be sure to read the notices
common-ok = OK
common-yes = Yes
common-no = No
common-back = Back
common-close = Close
common-go-login = Go to the login page
common-continue = Continue
common-back-to-service = Return to the service
common-show-input = Show what I typed
common-hide-input = Hide what I typed
common-required = Required
common-error-summary = Please check what you entered.
common-user-id-line = User ID: { $user_id_masked }
common-contact-heading = Contact
common-contact-office = { $tenant }, office in charge
common-contact-operator = Help with using this service
common-contact-chat = Chat support (opens in a new window)
common-reference = Support code: { $ref }
common-reference-hint = Please quote this code when you contact us. It contains no personal information.
common-mail-help-heading = If the e-mail does not arrive
common-mail-help-spam = Check your spam or junk folder.
common-mail-help-domain = Allow e-mail from "{ $mail_domain }" and e-mail that contains links.
common-mail-help-carrier = Mobile carrier addresses may refuse our e-mail depending on their settings. Please ask your carrier how to change them.
common-mail-help-delay = Delivery can take a few minutes.
common-mail-status-queued = The e-mail is being sent.
common-mail-status-sent = The e-mail has been sent ({ $time }).
common-mail-status-delivered = Your mail server accepted the e-mail ({ $time }).
common-mail-status-delayed = Delivery is being delayed by the receiving mail server.
common-mail-status-refused = The receiving mail server refused the e-mail. Check the address and your mail settings.
common-mail-status-refresh = Update the status
common-mail-code-field = Confirmation code
common-mail-code-hint = You can also enter the confirmation code from the e-mail ({ $digits } digits) on this page.
common-mail-help-full = Check that your mailbox is not full.
common-contact-phone = Phone: { $phone }
common-contact-hours = Hours: { $hours }
common-contact-url = Contact page (opens in a new window)
common-mail-status-failed = { e-66 }
common-list-separator = ,{" "}
common-announcement = The service will not be available from { $from } to { $until } (Japan time) because of maintenance.

## The end of a page's time

limit-until = This page is valid until { $time }.
limit-reload = Extending the time loads the page again.
limit-extend = Extend the time
limit-soon = The time for this page runs out in about { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }.
limit-last = The time for this login runs out in about { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }. For security, it cannot be extended any further.
limit-extended = The time has been extended.
limit-failed = The time could not be extended. Please check your connection and try again.
limit-over = This login has ended. Please reload the page and log in again.

## P-01 Student Login

login-title = Student Login
login-language-label = Language
login-language-submit = Change language
login-user-id = User ID
login-user-id-hint = Enter the user ID (student number) you use at the university.
login-password = Password
login-password-hint = Enter the password you use at the university.
login-federated-lead = Press "Log in" to go to the sign-in page of { $tenant }. Sign in there with your university user ID and password.
login-submit = Log in
login-forgot-second = Forgot your second password?
login-forgot-university = Forgot your university password? (university help page)
login-other-kind = Graduates: click here
login-notice-1 = If this is your first time, you will register an e-mail address and a second password after logging in.
login-notice-2 = On a shared computer, always log out when you finish and close all browser windows.
login-notice-3 = Your university password cannot be changed or reissued here. Please follow the university's instructions.
login-notice-4 = If you have graduated or left the university, you cannot use the student login.

## P-02 Set Your E-mail Address

email-set-title = Set Your E-mail Address
email-set-lead = As this is your first login, please register an e-mail address.
email-set-lead-again = Your e-mail address has been cleared. Please register a new one.
email-set-bounced = We could not deliver the last e-mail. We recommend registering another address.
email-set-address = E-mail address
email-set-address-placeholder = E-mail address
email-set-confirm = E-mail address (again)
email-set-confirm-placeholder = E-mail address
email-set-submit = Send confirmation e-mail
email-set-notice-1 = We will send a confirmation e-mail to the address you enter. Open the link in it within { $minutes } minutes to complete the registration.
email-set-notice-2 = If you use a spam filter, allow e-mail from "{ $mail_domain }" beforehand.
email-set-notice-3 = The authentication keys needed to log in are also sent to this address. Use an address that only you can read.
email-set-notice-4 = We recommend an address that you can keep using after graduation.

## P-03 Confirmation E-mail Sent

email-sent-title = Confirmation E-mail Sent
email-sent-body = We have sent a confirmation e-mail to { $email }. Open the link in it and complete the registration by { $expires_at }.
email-sent-device = You can open the link on another device such as a smartphone. You may close this page.
email-sent-wait = This page moves on by itself when the registration is complete.
email-sent-check = Check the registration
email-sent-code-submit = Complete registration
email-sent-after = After completing the registration, log in again from the login page.
email-sent-resend = Send the e-mail again
email-sent-resent = The e-mail has been sent again. Links in earlier e-mails no longer work.
email-sent-edit = Correct the address

## P-04 Complete E-mail Registration

email-confirm-title = Complete E-mail Registration
email-confirm-body = The following address will be registered. Press "Complete registration".
email-confirm-target = { $email_masked } (user ID: { $user_id_masked })
email-confirm-submit = Complete registration
email-confirm-stranger = If you do not recognize this, close this page. Nothing will be registered.

## P-05 E-mail Address Set

email-done-title = E-mail Address Set
email-done-1 = Your e-mail address has been set.
email-done-2 = From now on, messages from the system will be sent to this address.
email-done-3 = You can change the address from the menu after logging in.

## P-06 Set Your Second Password

sp-set-title = Set Your Second Password
sp-set-lead = Set a password used only for the Certificate Issuance Service. It must differ from your university password.
sp-set-new = Second password
sp-set-new-placeholder = Second password
sp-set-confirm = Second password (again)
sp-set-confirm-placeholder = Second password
sp-set-notice-1 = Please set a second password for better security.
sp-set-notice-2 = From your next login, enter the second password as well as your password.
sp-set-notice-3 = You can change the second password from the menu after logging in.
sp-rules-lead = Follow the rules below for your second password.
sp-rules-length = At least { $min } characters.
sp-rules-upper = At least one half-width upper-case letter (A-Z).
sp-rules-lower = At least one half-width lower-case letter (a-z).
sp-rules-digit = At least one half-width digit (0-9).
sp-rules-charset = Half-width letters and digits only.
sp-set-submit = Set

## P-07 Enter Your Second Password

sp-entry-title = Enter Your Second Password
sp-entry-lead = Enter your second password for the Certificate Issuance Service.
sp-entry-field = Second password
sp-entry-submit = Next
sp-entry-forgot = Forgot your second password?
sp-entry-notice-1 = The second password is not your university password. It is the one you set yourself at your first login.
sp-entry-notice-2 = After a number of wrong entries you will be unable to log in for a while.

## P-08 Enter the Authentication Key

key-title = Enter the Authentication Key
key-lead = We sent an authentication key to { $email_masked } (sent at { $sent_at }). Enter the { $digits }-digit key from the e-mail.
key-ref = Reference: { $key_ref }
key-ref-hint = Make sure the e-mail shows the same reference.
key-field = Authentication key
key-submit = Authenticate
key-reissue = Reissue authentication key
key-notice-1 = The key is valid for { $minutes } minutes after it is sent.
key-notice-2 = If you have received several e-mails, use the key from the one with the same reference.
key-notice-3 = After { $max } wrong entries the key becomes invalid. In that case press "Reissue authentication key".
key-notice-4 = Keep this page open while you check your e-mail.
key-lost-mail = If you can no longer receive e-mail at this address
key-bounced = We could not deliver the last e-mail. Please check your mail settings.

## P-09 Change Your E-mail Address

email-change-title = Change Your E-mail Address
email-change-current = Current e-mail address: { $email_masked }
email-change-new = New e-mail address
email-change-new-placeholder = New e-mail address
email-change-confirm = New e-mail address (again)
email-change-confirm-placeholder = New e-mail address
email-change-submit = Send confirmation e-mail
email-change-notice-1 = We will send a confirmation e-mail to the new address. The change is complete when you open the link within { $minutes } minutes.
email-change-notice-2 = Until then your current address stays in use.
email-change-notice-3 = { email-set-notice-2 }

## P-10 Confirmation E-mail Sent

email-change-sent-title = Confirmation E-mail Sent
email-change-sent-body = We have sent a confirmation e-mail to { $email }. Open the link in it and complete the change by { $expires_at }.
email-change-sent-wait = This page moves on by itself when the change is complete.
email-change-sent-code-submit = Complete change
email-change-sent-pending = Your address does not change until you open the link.

## P-11 Complete E-mail Change

email-change-confirm-title = Complete E-mail Change
email-change-confirm-body = Your registered address will change as follows. Press "Complete change".
email-change-confirm-target = { $email_masked } (user ID: { $user_id_masked })
email-change-confirm-submit = Complete change
email-change-confirm-stranger = If you do not recognize this, close this page. Nothing will change.

## P-12 E-mail Address Changed

email-changed-title = E-mail Address Changed
email-changed-1 = Your e-mail address has been changed.
email-changed-2 = From now on, messages from the system will be sent to the new address.
email-changed-to-top = To the top page

## P-13 Change Your Second Password

sp-change-title = Change Your Second Password
sp-change-current = Current second password
sp-change-current-placeholder = Current second password
sp-change-new = New second password
sp-change-new-placeholder = New second password
sp-change-confirm = New second password (again)
sp-change-confirm-placeholder = New second password
sp-change-back = Back
sp-change-submit = Change

## P-14 Forgot Your Second Password

sp-forgot-title = Forgot Your Second Password
sp-forgot-lead = We will send an e-mail for resetting your second password. Enter your registered e-mail address.
sp-forgot-address = E-mail address
sp-forgot-submit = Send
sp-forgot-notice-1 = Open the link in the e-mail within { $minutes } minutes and set a new second password.
sp-forgot-notice-2 = If you have not registered an address yet, log in first and register one.
sp-forgot-notice-3 = If you forgot your university password, follow the university's instructions.

## P-15 Reset E-mail

sp-forgot-sent-title = Reset E-mail
sp-forgot-sent-body = If the address you entered is registered, we will send an e-mail for resetting your second password. Open the link in it within { $minutes } minutes.
sp-forgot-sent-code-submit = Next
sp-forgot-sent-hint = If nothing arrives after a while, you may have registered a different address.

## P-16 Set a New Second Password

sp-reset-title = Set a New Second Password
sp-reset-new = Second password
sp-reset-confirm = Second password (again)
sp-reset-submit = Change
sp-reset-notice-1 = After setting it, log in again from the login page.

## P-17 Send an Authentication Key

key-send-title = Send an Authentication Key
key-send-body = This operation requires an authentication key. We will send one to { $email_masked }.
key-send-submit = Send the key

## P-18 Two-Factor Authentication

tfa-title = Two-Factor Authentication
tfa-state-on = Enabled
tfa-state-off = Disabled
tfa-current = Current setting: { $state }
tfa-explain = When enabled, each login asks for an authentication key sent to your registered e-mail address.
tfa-explain-off = When disabled, no authentication key is asked at login. For your security we recommend leaving it enabled.
tfa-address = Keys are sent to: { $email_masked }
tfa-forced = { $tenant } requires two-factor authentication. It cannot be changed.

## P-19 Confirm Your Second Password

stepup-title = Confirm Your Second Password
stepup-lead = For your security, please enter your second password again.
stepup-submit = Next

## P-20, P-21 Log Out

logout-title = Log Out
logout-ask = Do you want to log out?
logged-out-title = Logged Out
logged-out-1 = You have been logged out.
logged-out-2 = You may still be logged in to other university services. On a shared computer, close all browser windows.

## P-22 Error

error-title = Error
error-protocol = Technical details:

## P-23 Link Not Valid

link-bad-title = This Link Cannot Be Used
link-bad-retry-register = { common-go-login }
link-bad-retry-change = Change the e-mail address again
link-bad-retry-reset = Request the reset again

## P-24 Service Not Available to You

not-eligible-title = Service Not Available to You
not-eligible-graduate = The student login is for students currently enrolled at { $tenant }. If you have graduated or left, please see the information for graduates.
not-eligible-graduate-link = Graduates: click here
not-eligible-missing = We did not receive the information we need ({ $items }) from { $tenant }. If you declined to send it on the university's sign-in page, log in again and agree.
not-eligible-items-affiliation = information that you are enrolled
not-eligible-items-user-id = student number
not-eligible-retry = Log in again
not-eligible-suspended = This user ID is not available at present. Please contact the office in charge at { $tenant }.

## P-25 Temporarily Unable to Log In

locked-title = Temporarily Unable to Log In
locked-body = The second password was entered incorrectly too many times, so login is paused. Please try again in about { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }.
locked-until-reset = The second password was entered incorrectly too many times and can no longer be used. Reset it from "Forgot your second password?".
locked-forgot = Forgot your second password?

## P-26 Under Maintenance

maintenance-title = Under Maintenance
maintenance-body = The service is down for maintenance. ({ $from } to { $to }, Japan time)

## P-27 Already Logged In

already-title = Already Logged In
already-same = You have already logged in in another window.
already-other = You are logged in with another user ID ({ $user_id_masked }). To use a different one, log out first.
already-continue-as = Continue with this user ID

## P-28 Login Timed Out

timed-out-title = Login Timed Out
timed-out-body = The time for this login has run out. Please log in again from the beginning.

## P-29 Menu

menu-title = Menu
menu-top = Top page
menu-manual = Manual
menu-email = Change e-mail address
menu-second-password = Change second password
menu-two-factor = Two-factor authentication
menu-logout = Log out

## P-30 If You Cannot Receive E-mail

lost-mail-title = If You Cannot Receive E-mail
lost-mail-1 = If your registered address can no longer be used, contact the office in charge at { $tenant }.
lost-mail-2 = After confirming your identity, the office will clear the registered address. At your next login you will register a new one.
lost-mail-3 = If you are about to change your phone or carrier, change your address from "Change e-mail address" beforehand.

## P-31 to P-36 Pages without a model in the manual

consent-title = Sharing Your Information
consent-body = { $client } will receive the following information. Do you agree?
consent-allow = Agree
consent-deny = Do not agree
consent-scope-openid = That you have logged in, and an identifier that tells you apart (not your student number)
consent-scope-profile = Your basic profile, such as your name and user ID
consent-scope-email = Your e-mail address
consent-scope-address = Your postal address
consent-scope-phone = Your telephone number
consent-scope-student = Your student number, user category and affiliation
consent-scope-account = Whether you use two-factor authentication
consent-offline = Receiving this information also while you are not logged in (for up to 30 days)
consent-resource = Using { $resource } on your behalf
consent-claim-name = Your name
consent-claim-family-name = Your family name
consent-claim-given-name = Your given name
consent-claim-middle-name = Your middle name
consent-claim-nickname = Your nickname
consent-claim-preferred-username = Your user ID
consent-claim-profile = The address of your profile page
consent-claim-picture = Your picture
consent-claim-website = The address of your website
consent-claim-gender = Your gender
consent-claim-birthdate = Your date of birth
consent-claim-zoneinfo = Your time zone
consent-claim-locale = The language you use
consent-claim-updated-at = When your information was last updated
consent-claim-email = Your e-mail address
consent-claim-email-verified = Whether your e-mail address is confirmed
consent-claim-address = Your postal address
consent-claim-phone-number = Your telephone number
consent-claim-phone-number-verified = Whether your telephone number is confirmed
consent-claim-student-number = Your student number
consent-claim-user-kind = Your user category
consent-claim-affiliation = Your affiliation
consent-claim-two-factor-enabled = Whether you use two-factor authentication
consent-policy = Privacy policy of { $client } (opens in a new window)
consent-terms = Terms of use of { $client } (opens in a new window)
consent-remembered = Your agreement is kept, so that you are not asked each time. You can stop sharing at any time from "{ sessions-title }" in the menu.
device-title = Connect a Device
device-lead = Enter the code shown on the device.
device-user-code = Code
device-submit = Next
device-done = Connected. Please return to the device.
device-refused = Not connected. Please close the screen on the device.
device-another = Enter another code
device-notice-1 = Enter the code shown on the device in front of you.
device-notice-2 = Do not enter a code that somebody sent you or told you by telephone or e-mail.
device-ask = If you connect this device, { $client } will receive the following information.
device-ask-connect = Do you want to connect this device?
device-allow = Connect
device-deny = Do not connect
device-warning-1 = Press "Connect" only if you are using the device in front of you yourself.
device-warning-2 = If somebody else gave you the code or the link to this page, press "Do not connect".
sessions-title = Where You Are Logged In
sessions-line = { $browser }, since { $time }
sessions-this = This device
sessions-unknown = Unknown browser
sessions-end = Log out
sessions-end-others = Log out everywhere else
sessions-grants = Services that receive your information
sessions-revoke = Stop sharing
totp-title = Authenticator App
totp-lead = Enter the 6 digits shown in your authenticator app.
totp-field = Code
totp-submit = Authenticate
totp-use-recovery = Use a recovery code
totp-use-mail = Use a key by e-mail
totp-use-app = Use the authenticator app
totp-recovery-lead = Enter one of the recovery codes you stored. Each of them can be used once.
totp-recovery-field = Recovery code
totp-set-title = Set Up an Authenticator App
totp-set-lead = Scan this code with your authenticator app, or type the text into it, then enter the 6 digits it shows.
totp-set-submit = Set up
totp-set-picture = Picture for your authenticator app to scan
totp-set-secret = Text to type into the app
totp-set-open = Open in the authenticator app on this device
totp-set-done = An authenticator app is set up. Where a login needs a key, you enter the digits it shows.
totp-set-removed = The authenticator app has been removed.
totp-set-remove-lead = When you remove it, your recovery codes stop working too. After that you enter a key sent by e-mail.
totp-set-remove = Remove the authenticator app
recovery-title = Recovery Codes
recovery-lead = Keep these codes for the day you lose your authenticator app. They are not shown again.
recovery-submit = I have stored them

## Dialogs

d-01-title = Completed
d-01-text = Your second password has been set.
d-02-title = Completed
d-02-text = Your second password has been changed.
d-03-title = Key Invalid
d-03-text = The key was entered incorrectly too many times and is no longer valid. Press "Reissue authentication key" to get a new one.
d-04-title = Key Reissued
d-04-text = A new authentication key has been sent to { $email_masked }. Enter the new key. Earlier keys no longer work.
d-05-title = Two-Factor Authentication
d-05-text = Enable two-factor authentication?
d-06-title = Two-Factor Authentication
d-06-text = Two-factor authentication has been enabled.
d-07-title = Two-Factor Authentication
d-07-text = Disable two-factor authentication?
d-08-title = Two-Factor Authentication
d-08-text = Two-factor authentication has been disabled.

## Errors

e-01 = The login request is not valid. Please start again from the university's home page.
e-02 = This page has expired or was used out of order. Please start again.
e-03 = Cookies are disabled in your browser. Enable them and try again.
e-04 = Too many requests in a short time. Please wait a while and try again.
e-05 = Enter your user ID and password.
e-06 = The user ID or password is not correct. Enter the ones you use at the university.
e-07 = Login is paused after repeated failures. Please try again in about { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }.
e-08 = The university sign-in was not completed. Please log in again.
e-09 = The university sign-in page expired. Please log in again.
e-10 = We cannot reach the sign-in system of { $tenant }. Please try again later. If the problem continues, contact the office in charge at { $tenant }.
e-11 = A system error has occurred. Please try again later.
e-12 = The page was not found.
e-20 = Enter an e-mail address.
e-21 = The e-mail address is not in a valid format.
e-22 = The two e-mail addresses do not match.
e-23 = This address cannot be used because it contains consecutive dots or a dot just before "@". Please use another address.
e-24 = Addresses at { $domains } cannot be registered. Please enter a personal address.
e-25 = Please enter an address at { $domains }.
e-26 = The limit for confirmation e-mails has been reached. Please try again after { $time }.
e-27 = You can send it again in { $seconds } { $seconds ->
        [one] second
       *[other] seconds
    }.
e-28 = This is the address already registered.
e-29 = Too many requests in a short time. Please wait a while and try again.
e-30 = The link has expired. Please start the procedure again.
e-31 = This link has already been used.
e-32 = A newer e-mail has been sent, so this link no longer works. Open the link in the newest e-mail.
e-33 = The link is not correct. If it is split over lines in the e-mail, copy all of it into your browser.
e-40 = Use at least { $min } characters.
e-41 = Include at least one upper-case letter (A-Z).
e-42 = Include at least one lower-case letter (a-z).
e-43 = Include at least one digit (0-9).
e-44 = Only letters and digits can be used.
e-45 = Full-width characters are included. Use half-width letters and digits.
e-46 = The two entries do not match.
e-47 = Choose one that differs from your current second password.
e-48 = It contains your user ID or is too easy to guess. Choose another.
e-49 = Enter your second password.
e-50 = The second password is not correct.
e-51 = The current second password is not correct.
e-52 = Use at most { $max } characters.
e-53 = After repeated errors, please wait { $seconds } { $seconds ->
        [one] second
       *[other] seconds
    } and try again.
e-60 = Enter the { $digits }-digit authentication key.
e-61 = The key is not correct. If you have received several e-mails, use the key from the one with reference "{ $key_ref }".
e-62 = The key has expired. Press "Reissue authentication key".
e-63 = You can reissue the key in { $seconds } { $seconds ->
        [one] second
       *[other] seconds
    }.
e-64 = The limit for reissuing keys has been reached. Please start again from the login page.
e-65 = The limit for sending keys has been reached. Please try again after { $time }.
e-66 = The e-mail could not be sent. Please try again later.
e-67 = The confirmation code is not correct.
e-68 = The code was entered incorrectly too many times and can no longer be used. Open the link in the e-mail or send a new e-mail.
e-69 = The confirmation code has expired. Please send a new e-mail.
e-70 = Authentication keys are stopped after too many wrong entries. Please contact the office in charge at { $tenant }.
e-71 = The code is not correct. Enter the newest digits shown in the app.
e-72 = The code is not correct or has expired. Please check the device.
e-73 = The recovery code is not correct.

## The answer to a client that asks for it by POST

form-post-title = Going to the Service
form-post-lead = If this page does not move on by itself, press "Continue".

## Mails: common

m-head = { $tenant }  { $service }
m-footer =
    ----------------------------------------------------------
    This is a send-only address. Replies cannot be answered.
    Contact:

## M-01 E-mail registration

m-01-subject = [{ $service }] Confirm your e-mail address
m-01-lead =
    We have received a request to register this e-mail address.
    Open the link below to complete the registration.
m-01-expiry = Valid for: { $minutes } minutes (until { $expires_at }, Japan time)
m-01-code-hint =
    You can also enter this code on the page where you typed your
    address.
m-01-code =
    Confirmation code: { $code }
    (Do not tell it to anyone.)
m-01-notes =
    - The link can be used once.
    - You can open it on another device such as a smartphone.
    - After that, log in again from the login page.
m-01-stranger =
    If you did not make this request, please delete this e-mail.
    The address will not be registered.

## M-02 Authentication key

m-02-subject = [{ $service }] Your authentication key
m-02-lead =
    Here is your authentication key. Enter it on the
    "Enter the Authentication Key" page.
m-02-key =
    Authentication key: { $key }
    Reference: { $key_ref }
m-02-expiry =
    Valid for: { $minutes } minutes (until { $expires_at }, Japan time)
    Sent at: { $sent_at }
m-02-notes =
    - Make sure the page shows the same reference.
    - Do not tell this key to anyone. Neither the university nor
      this service will ever ask you for it.
m-02-stranger =
    If you were not logging in, someone may know your passwords.
    Change your university password and your second password, and
    contact us.

## M-03 E-mail change

m-03-subject = [{ $service }] Confirm your new e-mail address
m-03-lead =
    We have received a request to change your e-mail address to
    this one. Open the link below to complete the change.
m-03-expiry = Valid for: { $minutes } minutes (until { $expires_at }, Japan time)
m-03-code-hint =
    You can also enter this code on the page where you typed your
    address.
m-03-code =
    Confirmation code: { $code }
    (Do not tell it to anyone.)
m-03-notes =
    - The link can be used once.
    - Your address does not change until you finish.
m-03-stranger = If you did not make this request, please delete this e-mail.

## M-04 E-mail changed

m-04-subject = [{ $service }] Your e-mail address was changed
m-04-lead =
    Your registered e-mail address was changed.
    Time: { $changed_at } (Japan time)
m-04-after = Messages will no longer be sent to this address.
m-04-stranger = If you did not make this change, contact us at once.

## M-05 Second password reset

m-05-subject = [{ $service }] Reset your second password
m-05-lead =
    We have received a request to reset your second password.
    Open the link below and set a new one.
m-05-expiry = Valid for: { $minutes } minutes (until { $expires_at }, Japan time)
m-05-code-hint =
    You can also enter this code on the page where you typed your
    address.
m-05-code =
    Confirmation code: { $code }
    (Do not tell it to anyone.)
m-05-several =
    This address is registered for several user IDs.
    Open the link of the user ID you want to reset.
m-05-several-user-id = User ID: { $user_id_masked }
m-05-several-code = Confirmation code: { $code }
m-05-several-hint =
    You can also enter the code of that user ID on the page where
    you typed your address.
    (Do not tell the codes to anyone.)
m-05-notes =
    - The link can be used once.
    - Your current second password stays until you finish.
m-05-stranger =
    If you did not make this request, please delete this e-mail.
    Your second password will not change.

## M-06 Reset asked for, no second password set yet

m-06-subject = [{ $service }] About your second password
m-06-lead =
    We have received a request to reset your second password, but
    none has been set yet. Log in from the login page and set your
    second password there.
m-06-stranger = If you did not make this request, please delete this e-mail.

## M-07 Second password set, changed or reset

m-07-set-subject = [{ $service }] Your second password was set
m-07-set-lead =
    Your second password was set.
    Time: { $changed_at } (Japan time)
m-07-changed-subject = [{ $service }] Your second password was changed
m-07-changed-lead =
    Your second password was changed.
    Time: { $changed_at } (Japan time)
m-07-stranger =
    If you did not do this, someone else may have. Contact us at
    once.

## M-08 Two-factor setting changed

m-08-subject = [{ $service }] Your two-factor setting was changed
m-08-lead =
    Two-factor authentication was { $state ->
        [on] enabled
       *[off] disabled
    }.
    Time: { $changed_at } (Japan time)
m-08-stranger = If you did not do this, contact us at once.

## M-09 Repeated failures

m-09-subject = [{ $service }] Repeated login failures
m-09-lead =
    Login was restricted for a while because the second password
    or the authentication key was entered incorrectly too often.
    Time: { $locked_at } (Japan time)
m-09-advice =
    If this was you, try again in about { $minutes } minutes.
    If not, change your university password and contact us.

## M-10 Address cleared by the office

m-10-subject = [{ $service }] Your e-mail address was cleared
m-10-lead =
    Your e-mail address was cleared at the request of the office
    in charge.
    Time: { $changed_at } (Japan time)
m-10-advice =
    Register a new address at your next login.
    If you did not ask for this, contact us at once.

## M-11 Authenticator app

m-11-subject = [{ $service }] About your authenticator app
m-11-lead =
    { $change ->
        [enrolled] An authenticator app was set up.
        [removed] Your authenticator app was removed.
       *[recovery-code-used] A recovery code of your authenticator app was used.
    }
    Time: { $changed_at } (Japan time)
m-11-stranger = If you did not do this, contact us at once.

## M-12 Registration moved to another university account by the office

m-12-subject = [{ $service }] Your registration was moved
m-12-lead =
    Your registration was moved to your new user ID by the office
    in charge.
    Time: { $changed_at } (Japan time)
m-12-advice =
    From now on, log in with your new user ID. What you have
    registered stays the same.
    If you did not ask for this, contact us at once.
