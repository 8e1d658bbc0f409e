import Glibc
import Journal
import Model

/// What goes to the terminal. Text from outside is made harmless first: no control character reaches the terminal.
enum Console {
    /// Whether standard error is a terminal.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Prints a line to standard output.
    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Prints a line to standard error.
    static func error(_ text: String) { write(harmless(text) + "\n", to: STDERR_FILENO) }

    /// Replaces the current line of the terminal.
    static func status(_ text: String) { write("\r\u{1B}[K" + harmless(text), to: STDERR_FILENO) }

    /// Ends the line that ``status(_:)`` has begun.
    static func endStatus() { write("\r\u{1B}[K", to: STDERR_FILENO) }

    /// The text without control characters but line ends.
    static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 && $0 != "\n" || (0x7f...0x9f).contains($0.value) ? "\u{FFFD}" : $0 }))
    }

    /// A whole number with thin groups of three, e.g. `339,526`.
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return (number < 0 ? "-" : "") + out
    }

    /// Writes everything; false when the reader is gone.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32) -> Bool { write(Array(text.utf8), to: descriptor) }

    /// Writes everything; false when the reader is gone.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return false }
            if count > 0 { rest = rest.dropFirst(count) }
        }
        return true
    }
}
