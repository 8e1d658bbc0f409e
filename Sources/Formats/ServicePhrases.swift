import Model
import Wire

/// What services write when somebody is at them, by phrases; the telling ones come first.
///
/// A phrase makes an attack only in a message that names a client (an address or a host). Case does not count.
enum ServicePhrases {
    private static let login = Verdict.failedLogin()
    private static let loginMedium = Verdict.failedLogin("too_many_failures", .medium)
    private static let spam = Verdict.attack("mail_rejected", .spam, .low, ["email", "intrusion_detection"], ["denied"])
    private static let relay = Verdict.attack("relay_refused", .spam, .medium, ["email", "intrusion_detection"], ["denied"])
    private static let scan = Verdict.attack("scan", .scan, .low, technique: "T1046")
    private static let tarpit = Verdict.attack(
        "tarpit_connection", .scan, .low, Verdict.network, ["connection", "start"], technique: "T1046")
    private static let refused = Verdict.attack("access_denied", .scan, .low, Verdict.network, ["denied"], technique: "T1046")
    private static let dns = Verdict.attack("dns_denied", .recon, .low, Verdict.network, ["denied"], technique: "T1590")
    private static let dos = Verdict.attack("rate_limited", .dos, .low, Verdict.network, ["denied"])
    private static let web = Verdict.attack("web_attack", .web, .medium, Verdict.web, ["denied"], technique: "T1190")
    private static let accepted = Verdict.record("login", ["authentication", "session"], ["start"], outcome: "success")
    private static let message = Verdict.record(nil, ["host"], ["info"])

    static let rules: [(phrase: String, verdict: Verdict)] = [
        // Successes that hold the words of failures.
        ("0 failed logins", message), ("no failed login", message), ("preauth) disconnect", message),
        ("authentication succeeded", accepted),
        ("login succeeded", accepted), ("successful login", accepted), ("logged in successfully", accepted),
        ("successfully logged in", accepted), ("accepted password", accepted), ("accepted publickey", accepted),
        ("successfulauth", accepted),
        // Too many.
        ("too many authentication failures", loginMedium), ("too many login failures", loginMedium),
        ("repeated login failures", loginMedium), ("maximum login attempts", loginMedium), ("too much auth errors", loginMedium),
        ("max sender authentication errors", loginMedium), ("max auth attempts", loginMedium), ("possible smtp attack", loginMedium),
        ("too many bad auth", loginMedium), ("too many invalid", loginMedium), ("auth attempts exceeded", loginMedium),
        // Logins.
        ("authentication failure", login), ("authentication failed", login), ("authentication error", login),
        ("authenticator failed", login), ("failed authentication", login), ("authentication attempt from", login),
        ("authentication unsuccessful", login), ("incorrect authentication data", login), ("invalid authorization", login),
        ("auth fail", login), ("authfail", login), ("auth failure", login), ("auth: error", login), ("auth_failed", login),
        ("(auth failed", login), ("aborted login", login), ("no auth attempts", message), ("failed to authenticate", login),
        ("failed password", login), ("password mismatch", login), ("password incorrect", login), ("incorrect password", login),
        ("wrong password", login), ("invalid password", login), ("bad password", login), ("empty password", login),
        ("password verification failed", login), ("password check failed", login), ("password failed", login),
        ("invalid credentials", login), ("invalid login", login), ("invalid username or password", login), ("bad login", login),
        ("badlogin", login), ("failed login", login), ("failed smtp login", login), ("failed imap login", login),
        ("failed pop3 login", login),
        ("might not have worked", login), ("login not allowed", login), ("apop secret", login), ("login disabled", login),
        ("could not retrieve user", login), ("disallowed", login), ("didn't finish sasl", login),
        ("reading authentication information", scan),
        ("login failed", login), ("login failure", login), ("logon failure", login),
        ("login_error", login), ("login error", login), ("loginerror", login), ("login denied", login), ("login attempt failed", login),
        ("fail login", login), ("login incorrect", login), ("login refused", login), ("failed to log", login), ("unable to log in", login),
        ("override of user", login), ("userinfo error", login), ("user denied", login), ("unknown user", login),
        ("invalid user", login), ("user unknown: ", login), ("no such user", login), ("user not found", login),
        ("invalid loginname", login), ("supplied unknown user", login), ("access denied for user", login), ("access denied --", login),
        ("can't find user", login), ("sip auth", login), ("wrong user", login), ("wrong admin", login), ("not authorized", login),
        ("challengeresponsefailed", login), ("invalidaccountid", login), ("invalidpassword", login), ("failedacl", login),
        ("requestbadformat", scan), ("unexpectedaddress", login), ("invalid server password", login), ("wrong certificate", login),
        ("could not access user", login), ("pam_authenticate()", login), ("res=failed", login), ("nt_status_no_such_user", login),
        ("nt_status_wrong_password", login), ("nt_status_logon_failure", login), ("restricted_user", login),
        ("failed c2s", login), ("530 permission denied", login), ("tried to log in", login), ("has failed to log", login),
        ("login attempt with", login), ("non-existent", login), ("non-existing", login), ("user doesn't exist", login),
        ("doesn't exist", login),
        ("webapi login failure", login), ("incorrect username", login), ("failed_login", login), ("password=bad", login),
        ("auth failed", login), ("(login failed)", login), ("user in /etc/ftpusers", login), ("security violation", login),
        ("err=49", login), ("failed: re-authentication", login), ("ip address not allowed", refused), ("login attempt from", login),
        // Mail.
        ("relay access denied", relay), ("relay attempt", relay), ("relayattempt", relay), ("relaying denied", relay),
        ("relay not permitted", relay), ("error,relay=", spam), ("blocked using", spam), ("dns blacklist", spam), ("in an rbl", spam),
        ("rblsmtpd", spam),
        ("spamhaus", spam), ("rejected by local_scan", spam), ("helo command rejected", spam), ("sender address rejected", spam),
        ("recipient address rejected", spam), ("client host rejected", spam), ("noqueue: reject", spam), ("rejected rcpt", spam),
        ("rejected mail", spam), ("rejected after data", spam), ("550 user unknown", spam), ("user unknown", spam),
        ("unknown recipient", spam), ("unrouteable address", spam), ("junkmail", spam), ("score=", spam), ("temporarily rejected", spam),
        ("message is spam", spam), ("this message contains a virus", spam), ("blacklisted", spam), ("rejected ehlo", spam),
        ("rejected helo", spam), ("sender verify fail", spam), ("dropped: too many", spam), ("smtp protocol violation", scan),
        ("smtp protocol error", scan), ("smtp command error", scan), ("non-smtp command", scan), ("improper command pipelining", scan),
        ("ssl negotiation", scan), ("too many nonmail", scan), ("unrecognized command", scan), ("lost connection after auth", login),
        ("lost connection after", scan), ("spam attack", spam), ("no reverse dns", spam), ("not found in reverse dns", spam),
        ("sender domain does not exist", spam), ("badiprbl", spam), ("did not issue mail/expn", scan), ("rejecting commands", scan),
        ("pre-greeting", spam),
        // Names, scans, tunnels.
        ("query (cache)", dns), ("zone transfer", dns), ("query '", dns), ("update '", dns), ("bad zone transfer", dns), ("axfr for", dns),
        ("ratelimit block", dos),
        ("refused axfr", dns), ("rejected connection", refused), ("refused connect", refused), ("not allowed to talk", refused),
        ("tcp blocked", scan), ("udp blocked", scan), ("attackalert", scan), ("port scan", scan), ("portscan", scan),
        ("accept host=", tarpit),
        ("scanlogd", scan), ("fail: ", refused), ("did not receive identification", scan), ("ssl_accept", scan),
        ("sslv3", scan), ("verify error", login), ("tls error", scan), ("tls auth error", login), ("bad encapsulated packet", scan),
        ("invalid handshake initiation", scan), ("connection reset, restarting", scan), ("connection-reset] received", scan),
        ("signature could not be verified", scan),
        ("coraza:", web), ("modsecurity:", web), ("(attacker '", web), ("alert - ", web), ("possible csrf", web), ("csrf", web),
        ("f2b: failure", login), ("block(1)", refused),
        ("is ratelimited", dos), ("flood", dos), ("drop-in", refused), ("firewall,info", refused), ("login failed for", login),
        ("mail_auth", login), ("not permitted", refused), ("access denied", refused), ("blocking", refused), ("denied", refused),
    ]

    private static let table = PhraseTable(rules.map(\.phrase))

    /// The verdict of the first phrase in the text, or nil.
    static func verdict(_ text: Span<UInt8>) -> Verdict? { table.first(in: text).map { rules[$0.number].verdict } }
}
