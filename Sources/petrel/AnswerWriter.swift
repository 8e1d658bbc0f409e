import Columns
import Glibc
import Model

/// Prints an answer as a table, NDJSON or CSV. Log content cannot escape into the terminal, a formula or another line.
struct AnswerWriter {
    private let format: QueryCommand.Format
    private var names: [String] = []
    private var rows: [[String]] = []
    private var isNumber: [Bool] = []

    init(format: QueryCommand.Format) { self.format = format }

    /// A row of values under names that are the same for all rows.
    mutating func row(_ names: [String], _ values: [ColumnValue]) {
        switch format {
        case .table:
            self.names = names
            isNumber = values.map { if case .integer = $0 { true } else if case .number = $0 { true } else { false } }
            rows.append(values.map { Console.harmless($0.description) })
        case .csv:
            if self.names.isEmpty { Console.print(names.joined(separator: ",")) }
            self.names = names
            Console.print(values.map { Self.cell($0.description) }.joined(separator: ","))
        case .ndjson:
            var text = JSONText()
            text.object { json in
                for (name, value) in zip(names, values) {
                    switch value {
                    case .integer(let number): json.member(name, Int(number))
                    case .number(let number): json.member(name) { $0.value(exact: number) }
                    case .boolean(let flag): json.member(name) { $0.value(flag) }
                    default: json.member(name, value.description)
                    }
                }
            }
            Console.print(String(decoding: text.bytes, as: UTF8.self))
        }
    }

    /// A whole event.
    mutating func document(_ row: EventRow, id: EventID) {
        var out: [UInt8] = []
        EventJSON.append(row, id: id, to: &out)
        out.append(UInt8(ascii: "\n"))
        _ = Console.write(out, to: STDOUT_FILENO)
    }

    /// Prints what waits for the widths of all rows.
    func finish() {
        guard format == .table else { return }
        guard !rows.isEmpty else { return Console.error("no events match") }
        let widths = names.indices.map { column in max(names[column].count, rows.map { $0[column].count }.max() ?? 0) }
        print(names, widths)
        for row in rows { print(row, widths) }
    }

    private func print(_ cells: [String], _ widths: [Int]) {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let space = String(repeating: " ", count: widths[column] - cell.count)
            line += (column == 0 ? "" : "  ") + (isNumber[column] ? space + cell : cell + space)
        }
        Console.print(String(line.reversed().drop { $0 == " " }.reversed()))
    }

    /// A CSV cell (RFC 4180); what a spreadsheet would take for a formula gets an apostrophe.
    private static func cell(_ text: String) -> String {
        let safe = text.first.map { "=+-@\t\r".contains($0) } == true && Double(text) == nil ? "'" + text : text
        guard safe.contains(where: { ",\"\n\r".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}

extension EventRow {
    /// The values of a field as text, with commas between them.
    func printed(_ field: Field) -> String {
        var texts: [String] = []
        visit { pair in
            guard pair.field == field else { return }
            switch field.type {
            case .ip: texts.append("\(ip(pair))")
            case .integer: texts.append("\(integer(pair))")
            default: texts.append(String(decoding: utf8(pair), as: UTF8.self))
            }
        }
        return texts.joined(separator: ",")
    }
}
