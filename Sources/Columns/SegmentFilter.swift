internal import Foundation
import KQL
import Model

/// A query compiled for one segment: each comparison is tried once on the distinct values of its column, never row by row.
struct SegmentFilter {
    /// What one column says about a comparison.
    enum Term {
        /// Every row that has the field.
        case present(ColumnView)
        /// Rows with that code.
        case code(ColumnView, Int)
        /// Rows with one of the codes whose byte is 1; the first byte stands for rows without the field and is 0.
        case codes(ColumnView, [UInt8])
        /// Rows of that time.
        case times(ClosedRange<Int64>)
    }

    indirect enum Node {
        case always
        case never
        case and([Node])
        case or([Node])
        case not(Node)
        case any([Term])
        /// Rows whose byte is 1.
        case rows([UInt8])
    }

    /// Finds the rows that have an object at the path which fulfils the plan: a byte for each row; nil when no row has one.
    typealias NestedRows = (_ path: String, Plan) -> [UInt8]?

    private let root: Node

    /// Compiles a plan; the view has the columns of all its fields. Events have no nested objects.
    init(_ plan: Plan, _ view: SegmentView, stop: QueryStop, nested: NestedRows = { _, _ in nil }) {
        root = Self.node(plan.condition, plan, view, stop, nested)
    }

    /// Lets every row pass.
    static var everything: SegmentFilter { SegmentFilter(root: .always) }

    private init(root: Node) { self.root = root }

    /// Whether no row passes, or all do.
    var isNever: Bool { if case .never = root { true } else { false } }
    var isAlways: Bool { if case .always = root { true } else { false } }

    /// The fields that a plan looks at.
    static func fields(of plan: Plan) -> [Field] {
        Array(Set((0..<plan.leafCount).flatMap { plan.terms(of: $0).compactMap { Field(rawValue: UInt16($0.index)) } }))
    }

    // MARK: Compiling

    private static func node(_ condition: Condition, _ plan: Plan, _ view: SegmentView, _ stop: QueryStop, _ nested: NestedRows) -> Node {
        switch condition {
        case .always: return .always
        case .never: return .never
        case .nested(let path, let inner): return nested(path, inner).map(Node.rows) ?? .never
        case .not(let inner):
            switch node(inner, plan, view, stop, nested) {
            case .always: return .never
            case .never: return .always
            case let other: return .not(other)
            }
        case .and(let all):
            var kept: [Node] = []
            for inner in all {
                switch node(inner, plan, view, stop, nested) {
                case .always: continue
                case .never: return .never
                case let other: kept.append(other)
                }
            }
            return kept.isEmpty ? .always : kept.count == 1 ? kept[0] : .and(kept)
        case .or(let all):
            var kept: [Node] = []
            for inner in all {
                switch node(inner, plan, view, stop, nested) {
                case .never: continue
                case .always: return .always
                case let other: kept.append(other)
                }
            }
            return kept.isEmpty ? .never : kept.count == 1 ? kept[0] : .or(kept)
        case .leaf(let number):
            let terms = plan.terms(of: number).compactMap { term($0.index, $0.type, $0.test, view, stop) }
            return terms.isEmpty ? .never : .any(terms)
        }
    }

    private static func term(_ index: Int, _ type: FieldType, _ test: ValueTest, _ view: SegmentView, _ stop: QueryStop) -> Term? {
        if index == Int(Field.timestamp.rawValue) {
            if test.isExistence { return .times(.min ... .max) }
            guard let range = test.integers, range.lowerBound <= view.maxTime, range.upperBound >= view.minTime else { return nil }
            return .times(range)
        }
        guard let column = view.column(at: index) else { return nil }
        if test.isExistence { return .present(column) }
        if column.dictionary.isIndexed, let only = onlyValue(test, type) {
            let code = only.withUnsafeBytes { column.dictionary.code(of: $0) }
            return code == 0 ? nil : .code(column, Int(code))
        }
        if type == .text, let found = view.text?.values(that: test, ofField: index, column.dictionary, stop) { return Term(column, found) }
        var matches = [UInt8](repeating: 0, count: column.dictionary.count + 1)
        var found = 0
        for index in 0..<column.dictionary.count {
            if index & 1023 == 0, stop.isStopped { return nil }
            if passes(column.dictionary.value(index), test, type) {
                matches[index + 1] = 1
                found += 1
            }
        }
        return found == 0 ? nil : .codes(column, matches)
    }

    /// The stored bytes of the one value that passes.
    private static func onlyValue(_ test: ValueTest, _ type: FieldType) -> [UInt8]? {
        switch type {
        case .keyword: return test.onlyText
        case .ip:
            guard let address = test.onlyAddress else { return nil }
            return withUnsafeBytes(of: (address.high.bigEndian, address.low.bigEndian)) { Array($0) }
        case .integer, .date:
            guard let range = test.integers, range.lowerBound == range.upperBound else { return nil }
            return withUnsafeBytes(of: range.lowerBound.littleEndian) { Array($0) }
        default: return nil
        }
    }

    private static func passes(_ bytes: UnsafeRawBufferPointer, _ test: ValueTest, _ type: FieldType) -> Bool {
        switch type {
        case .keyword, .text: return test.matches(bytes.bindMemory(to: UInt8.self).span)
        case .label:
            let (key, text) = StoredValue.label(bytes)
            return test.matches(label: key.bindMemory(to: UInt8.self).span, text.bindMemory(to: UInt8.self).span)
        case .ip: return test.matches(StoredValue.address(bytes))
        case .integer, .date, .geoPoint: return test.matches(StoredValue.integer(bytes))
        case .number: return test.matches(Double(bitPattern: UInt64(bitPattern: StoredValue.integer(bytes))))
        case .boolean: return test.matches(bytes.first != 0)
        }
    }

    // MARK: Scanning

    /// Marks the rows of a zone that pass.
    func select(_ rows: Range<Int>, of view: SegmentView, into selection: inout Selection) {
        selection.begin(rows)
        Self.fill(root, rows, view, &selection)
    }

    private static func fill(_ node: Node, _ rows: Range<Int>, _ view: SegmentView, _ out: inout Selection) {
        switch node {
        case .always: out.setAll()
        case .never: out.clear()
        case .not(let inner):
            fill(inner, rows, view, &out)
            out.invert()
        case .and(let all):
            fill(all[0], rows, view, &out)
            var other = Selection()
            for inner in all.dropFirst() {
                if out.isEmpty { return }
                other.begin(rows)
                fill(inner, rows, view, &other)
                out.intersect(other)
            }
        case .or(let all):
            fill(all[0], rows, view, &out)
            var other = Selection()
            for inner in all.dropFirst() {
                other.begin(rows)
                fill(inner, rows, view, &other)
                out.unite(other)
            }
        case .rows(let chosen): out.fill { chosen[$0] != 0 }
        case .any(let terms):
            fill(terms[0], rows, view, &out)
            var other = Selection()
            for term in terms.dropFirst() {
                other.begin(rows)
                fill(term, rows, view, &other)
                out.unite(other)
            }
        }
    }

    private static func fill(_ term: Term, _ rows: Range<Int>, _ view: SegmentView, _ out: inout Selection) {
        switch term {
        case .times(let range):
            let zone = view.times(ofZone: rows.lowerBound / SegmentView.zoneRows)
            if zone.lowerBound >= range.lowerBound, zone.upperBound <= range.upperBound { return out.setAll() }
            if zone.upperBound < range.lowerBound || zone.lowerBound > range.upperBound { return out.clear() }
            let times = view.times
            out.fill { times[$0] >= range.lowerBound && times[$0] <= range.upperBound }
        case .present(let column):
            if let ends = column.ends {
                out.fill { ends[$0] > ($0 == 0 ? 0 : ends[$0 - 1]) }
            } else {
                fill(column, &out) { $0 != 0 }
            }
        case .code(let column, let wanted):
            if column.ends != nil {
                out.fill { row in column.positions(of: row).contains { column.code(at: $0) == wanted } }
            } else {
                fill(column, &out) { $0 == wanted }
            }
        case .codes(let column, let matches):
            matches.withUnsafeBufferPointer { matches in
                // Codes come from a file whose checksum held and are in bounds.
                let base = matches.baseAddress.unsafelyUnwrapped
                if column.ends != nil {
                    out.fill { row in column.positions(of: row).contains { base[column.code(at: $0)] != 0 } }
                } else {
                    fill(column, &out) { base[$0] != 0 }
                }
            }
        }
    }

    @inline(__always) private static func fill(_ column: ColumnView, _ out: inout Selection, _ passes: (Int) -> Bool) {
        switch column.width {
        case .one:
            let codes = column.codes.assumingMemoryBound(to: UInt8.self)
            out.fill { passes(Int(codes[$0])) }
        case .two:
            let codes = column.codes.assumingMemoryBound(to: UInt16.self)
            out.fill { passes(Int(codes[$0])) }
        case .four:
            let codes = column.codes.assumingMemoryBound(to: UInt32.self)
            out.fill { passes(Int(codes[$0])) }
        }
    }
}
