import Model
internal import Synchronization

/// The numbers that the values of fields have in all segments and for all questions.
///
/// Without them every question puts the values of all segments together anew; with them a segment's counts are added up by number. Made when a
/// field is first grouped by; bounded by bytes. A field that does not fit is left to each question.
final class SharedNumbers: Sendable {
    private struct State {
        var fields: [Field: FieldNumbers] = [:]
        /// Fields that need too much.
        var excluded: Set<Field> = []
    }

    /// Most bytes of all fields together.
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// The numbers of a field; nil when it has too many values.
    func numbers(of field: Field) -> FieldNumbers? {
        state.withLock { state in
            if state.excluded.contains(field) { return nil }
            if let known = state.fields[field] { return known }
            let new = FieldNumbers(ColumnBuilder.width(of: field.type))
            state.fields[field] = new
            return new
        }
    }

    /// Gives up the largest fields until the others fit. Questions that use one go on with it.
    func trim() {
        state.withLock { state in
            var sizes = state.fields.mapValues(\.byteCount)
            var sum = sizes.values.reduce(0, +)
            while sum > limit, let largest = sizes.max(by: { $0.value < $1.value }) {
                sum -= largest.value
                sizes[largest.key] = nil
                state.fields[largest.key] = nil
                state.excluded.insert(largest.key)
            }
        }
    }

    /// Forgets everything; for when segments go, whose values would stay for ever.
    func removeAll() { state.withLock { $0 = State() } }

    /// Bytes in use.
    var byteCount: Int { state.withLock { $0.fields.values.reduce(0) { $0 + $1.byteCount } } }
}

/// The numbers that the values of one field have in all segments.
final class FieldNumbers: Sendable {
    private struct State {
        let dictionary: DictionaryBuilder
        /// The number of each code of a segment. The segment is kept, so that its identity stays its own.
        var segments: [ObjectIdentifier: (segment: MappedSegment, numbers: [UInt32])] = [:]
        var bytes = 0
    }

    /// Used under the lock.
    private struct Box: @unchecked Sendable { var state: State }

    private let box: Mutex<Box>

    init(_ width: Int) {
        box = Mutex(Box(state: State(dictionary: DictionaryBuilder(width: width, seed: .random(in: .min ... .max)))))
    }

    /// The number of each code of a sealed segment's column, by code.
    func numbers(of column: ColumnView, in segment: MappedSegment) -> [UInt32] {
        box.withLock { box in
            if let known = box.state.segments[ObjectIdentifier(segment)] { return known.numbers }
            let numbers = box.state.dictionary.numbers(of: column.dictionary) { _ in true }
            box.state.segments[ObjectIdentifier(segment)] = (segment, numbers)
            box.state.bytes += numbers.count * 4
            return numbers
        }
    }

    /// The numbers of the values of a dictionary that may still grow, by code; 0 for those that are not asked for.
    func numbers(of view: DictionaryView, where isNeeded: (_ index: Int) -> Bool) -> [UInt32] {
        box.withLock { $0.state.dictionary.numbers(of: view, where: isNeeded) }
    }

    /// Shows all values, which cannot change meanwhile; a number is an index plus one.
    func withValues<Value>(_ body: (DictionaryView) -> Value) -> Value {
        // The closure's result need not be sendable: it never leaves this call.
        withoutActuallyEscaping(body) { body in
            var result: Value?
            box.withLock { result = body($0.state.dictionary.view) }
            guard let result else { preconditionFailure("the lock runs its body") }
            return result
        }
    }

    /// Bytes in use.
    var byteCount: Int { box.withLock { $0.state.bytes + $0.state.dictionary.byteCount } }
}
