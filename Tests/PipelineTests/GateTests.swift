import Synchronization
import TestKit
import Testing

@testable import Pipeline

/// What several tasks note, in order.
final class Notes<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    var all: [Value] { values.withLock { $0 } }
    func add(_ value: Value) { values.withLock { $0.append(value) } }
}

@Suite struct GateTests {
    /// Lets the tasks that are ready run until the condition holds.
    static func settle(_ condition: () -> Bool) async {
        for _ in 0..<100_000 where !condition() { await Task.yield() }
    }

    @Test func `What is in flight never exceeds the limit`() async {
        let gate = Gate(limit: 100)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(worker))
                    for _ in 0..<300 {
                        let bytes = Int.random(in: 0...100, using: &random)
                        guard await gate.enter(bytes) else { continue }
                        await Task.yield()
                        gate.leave(bytes)
                    }
                }
            }
        }
        #expect(gate.usage.bytes == 0)
        #expect(gate.usage.peak <= 100)
        #expect(gate.usage.peak > 0)
    }

    @Test func `Who came first goes first, and nobody passes those who wait`() async {
        let gate = Gate(limit: 10)
        #expect(gate.tryEnter(8))
        let order = Notes<Int>()
        await withTaskGroup(of: Void.self) { group in
            for (number, bytes) in [(1, 9), (2, 1), (3, 5)] {
                group.addTask {
                    #expect(await gate.enter(bytes))
                    order.add(number)
                }
                await Self.settle { gate.waiting == number }
            }
            #expect(!gate.tryEnter(1), "there is room, but others wait")
            gate.leave(8)
            await Self.settle { order.all.count == 2 }
            #expect(Set(order.all) == [1, 2], "the third must wait for the first")
            gate.leave(9)
        }
        #expect(order.all.last == 3)
        #expect(gate.usage.bytes == 6)
    }

    @Test func `A batch larger than the gate passes alone`() async {
        let gate = Gate(limit: 10)
        #expect(gate.tryEnter(1000))
        #expect(!gate.tryEnter(0))
        gate.leave(1000)
        #expect(gate.tryEnter(1))
        #expect(!gate.tryEnter(1000))
    }

    @Test func `Who is cancelled while waiting takes no room`() async {
        let gate = Gate(limit: 10)
        #expect(gate.tryEnter(10))
        let waiting = Task { await gate.enter(10) }
        await Self.settle { gate.waiting == 1 }
        waiting.cancel()
        #expect(await waiting.value == false)
        #expect(gate.waiting == 0)
        gate.leave(10)
        #expect(gate.usage.bytes == 0)
        #expect(gate.tryEnter(10))
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await gate.enter(1)
        }
        #expect(await cancelled.value == false)
    }
}
