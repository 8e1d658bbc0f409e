import Formats
import Wire

/// What a subscriber answers to what the broker sends, without I/O.
///
/// The broker greets with a nonce; the subscriber proves its secret and subscribes at once. The broker confirms nothing: it sends an error
/// and closes when it refuses.
struct HPFeedsSession {
    /// What follows from a message.
    enum Action: Equatable {
        /// Send these bytes: authentication and subscriptions.
        case greet([UInt8])
        /// A publication, or what cannot be one.
        case deliver(Message)
    }

    let options: HPFeedsSourceOptions
    private var isGreeted = false

    init(_ options: HPFeedsSourceOptions) { self.options = options }

    /// What to do with the broker's next message.
    mutating func receive(_ message: HPFeedsMessage) throws(PeerError) -> Action {
        switch message {
        case .error(let text):
            let shown = String(saidByPeer: text)
            throw PeerError(.refused, "\(options.peer) refuses: \(shown); check ident, secret and channels against the broker's accounts")
        case .info(_, let nonce):
            guard !isGreeted else { throw unexpected("greets twice") }
            isGreeted = true
            return .greet(greeting(nonce))
        case .publish(let publication):
            guard isGreeted else { throw unexpected("publishes before its greeting") }
            return .deliver(
                Message(
                    stream: publication.channel, payload: publication.payload, length: publication.length, sensor: publication.ident))
        case .malformed(let reason, let beginning, let length):
            guard isGreeted else { throw unexpected("sends \(reason) before its greeting") }
            var message = Message(stream: "", payload: beginning, length: length)
            message.refusal = DecodeError(.badValue, "\(reason); look at the broker, or at the sensor that publishes it")
            return .deliver(message)
        }
    }

    private func greeting(_ nonce: [UInt8]) -> [UInt8] {
        options.channels.reduce(HPFeedsFrame.auth(ident: options.ident, secret: options.secret, nonce: nonce)) {
            $0 + HPFeedsFrame.subscribe(ident: options.ident, channel: $1)
        }
    }

    private func unexpected(_ what: String) -> PeerError {
        PeerError(.protocolViolation, "\(options.peer) \(what): this is not hpfeeds; check the address")
    }
}
