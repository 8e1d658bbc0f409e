import Glibc
import NIOCore

/// The writing side of a stream's connection.
///
/// While nothing waits in the channel, bytes go to the socket by one `send(2)`: with a thousand readers the way through the pipeline was a
/// quarter of a broadcast. What the socket does not take goes on through the channel, which keeps the order, waits for the reader, and finds
/// out about errors. Lives on the channel's loop.
final class StreamSocket {
    /// The HTTP encoder, below which a stream is written.
    private let encoder: ChannelHandlerContext
    private let handle: NIOBSDSocket.Handle?
    /// Writes that the channel has not finished.
    private var waiting = 0

    /// Writes below the encoder, or to its channel's socket. Nothing between them may change bytes: Petrel's listener is plain, TLS is the
    /// proxy's.
    init(encoder: ChannelHandlerContext) {
        self.encoder = encoder
        handle = (try? encoder.pipeline.syncOperations.withUnsafeTransportIfAvailable { $0 }) ?? nil
    }

    /// Writes the bytes and flushes.
    func write(_ buffer: ByteBuffer) {
        var rest = buffer
        // A closed channel's number may be another connection's by now.
        if let handle, waiting == 0, encoder.channel.isActive {
            let sent = rest.withUnsafeReadableBytes { send(handle, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) }
            if sent > 0 { rest.moveReaderIndex(forwardBy: sent) }
            if rest.readableBytes == 0 { return }
        }
        waiting += 1
        let written = encoder.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.waiting -= 1 }
        encoder.writeAndFlush(NIOAny(rest), promise: written)
    }
}
