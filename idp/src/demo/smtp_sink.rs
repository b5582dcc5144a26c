//! A small SMTP server (RFC 5321) that takes every mail and delivers it to the mailbox.
