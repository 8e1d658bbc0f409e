/// SSH as far as it goes without keys: both sides name themselves, the client proposes its algorithms, and we hang up.
struct SSHDecoy: DecoyDialogue {
    static let banner = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"
    private static let shortestProposal = 256

    private var lines = DecoyLines()
    private var isNamed = false
    private var received = 0

    mutating func open() -> [UInt8] { Array(Self.banner.utf8) }

    mutating func receive(_ bytes: [UInt8], _ notes: inout DecoyNotes) -> DecoyAnswer {
        var rest = bytes[...]
        if !isNamed {
            // The name ends with its line (RFC 4253 §4.2); what follows is binary.
            guard let end = bytes.firstIndex(of: 10) else {
                received += bytes.count
                _ = lines.take(bytes)
                return DecoyAnswer(ends: received > 255)
            }
            isNamed = true
            let name = lines.take(Array(bytes[...end])).last ?? []
            notes.note(client: DecoyNotes.text(name))
            guard name.starts(with: "SSH-".utf8) else { return DecoyAnswer("Invalid SSH identification string.\r\n", ends: true) }
            rest = bytes[(end + 1)...]
            received = 0
        }
        received += rest.count
        // The proposal (SSH_MSG_KEXINIT) is all that can be learnt.
        return DecoyAnswer(ends: received >= Self.shortestProposal)
    }
}
