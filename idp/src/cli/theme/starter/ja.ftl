# Texts of this theme in Japanese, in Fluent: id = text. An id that is not here keeps its inherited text.

# common-contact-office = { $tenant } 学生支援課
# login-notice-4 = 卒業・修了・退学された方は、卒業生向けの窓口をご利用ください。
