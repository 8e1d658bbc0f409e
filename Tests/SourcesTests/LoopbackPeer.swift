import NIOCore
import NIOPosix
import Synchronization

/// A peer on loopback that follows a script, once for each connection that comes.
struct LoopbackPeer {
    /// What comes from the client.
    struct Inbound: Sendable {
        fileprivate let stream: AsyncStream<ByteBuffer>

        /// The bytes that come next; nil when the client has closed the connection.
        func next() async -> ByteBuffer? {
            for await buffer in stream { return buffer }
            return nil
        }
    }

    typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>
    /// What the peer does with its connection, numbered from 0.
    typealias Script = @Sendable (_ number: Int, _ inbound: Inbound, _ outbound: Outbound) async throws -> Void

    /// Listens, and runs the test against the port; both end together.
    static func serving(_ script: @escaping Script, _ test: @escaping @Sendable (_ port: Int) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        let port = server.channel.localAddress?.port ?? 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serve(server, script) }
            try await test(port)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    private static func serve(
        _ server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>, _ script: @escaping Script
    ) async throws {
        try await server.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                var number = 0
                do {
                    for try await connection in connections {
                        group.addTask { [number] in
                            // Whatever ends a connection, the test sees it at the other end.
                            try? await connection.executeThenClose { inbound, outbound in
                                let (stream, pump) = AsyncStream.makeStream(of: ByteBuffer.self)
                                try await withThrowingTaskGroup(of: Void.self) { group in
                                    group.addTask {
                                        defer { pump.finish() }
                                        for try await buffer in inbound { pump.yield(buffer) }
                                    }
                                    try await script(number, Inbound(stream: stream), outbound)
                                    group.cancelAll()
                                }
                            }
                        }
                        number += 1
                    }
                } catch {
                    group.cancelAll()
                }
                group.cancelAll()
            }
        }
    }
}
