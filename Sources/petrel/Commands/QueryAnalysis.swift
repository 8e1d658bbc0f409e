import ArgumentParser
import Columns
import Model

/// Questions of `petrel query` beyond lists, counts, top values and histograms.
struct QueryAnalysis: ParsableArguments {
    @Option(help: ArgumentHelp("Most frequent values of each of these fields.", valueName: "field,…"))
    var facets: String?

    @Option(help: ArgumentHelp("Percentiles, least, greatest and mean of a field of numbers.", valueName: "field"))
    var percentiles: String?

    @Option(help: ArgumentHelp("Which percentiles.", valueName: "percent,…"))
    var percents = "50,90,95,99"

    @Option(help: ArgumentHelp("Values with the fewest events, with their first and last time.", valueName: "field"))
    var rare: String?

    @Option(help: ArgumentHelp("Values with their first and last time.", valueName: "field"))
    var seen: String?

    @Option(
        help: ArgumentHelp("Order of --seen: rarest, frequent, newest, oldest or recent.", valueName: "order"),
        transform: QueryAnalysis.seenOrder)
    var order = SeenOrder.frequent

    @Option(help: ArgumentHelp("Values that were first seen since --since, or today (UTC).", valueName: "field"))
    var firstSeen: String?

    @Flag(help: "Number, first and last time of the events.")
    var extent = false

    @Option(help: ArgumentHelp("Events per cell of the earth, of source.geo.location or destination.geo.location.", valueName: "field"))
    var places: String?

    @Option(help: ArgumentHelp("Degrees of the cells of --places.", valueName: "number"))
    var degrees: Double?

    @Option(help: ArgumentHelp("Letters of the geohashes of --places, in place of degrees.", valueName: "number"))
    var geohash: Int?

    @Option(help: ArgumentHelp("Events by the values of two fields.", valueName: "rows,columns"))
    var matrix: String?

    @Option(help: ArgumentHelp("Values that depart the most from the same hour of the days before.", valueName: "field"))
    var surprise: String?

    @Option(help: ArgumentHelp("Days that --surprise compares with.", valueName: "number"))
    var days = 14

    private static func seenOrder(_ text: String) throws -> SeenOrder {
        if let order = SeenOrder(rawValue: text) { return order }
        throw ValidationError("--order: one of \(SeenOrder.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    /// The questions that were asked for, by option.
    var asked: [String] {
        let options: [(String, Bool)] = [
            ("--facets", facets != nil), ("--percentiles", percentiles != nil), ("--rare", rare != nil), ("--seen", seen != nil),
            ("--first-seen", firstSeen != nil), ("--extent", extent), ("--places", places != nil), ("--matrix", matrix != nil),
            ("--surprise", surprise != nil),
        ]
        return options.filter(\.1).map(\.0)
    }

    /// What the other options of the command say.
    struct Frame {
        let engine: QueryEngine
        let scope: QueryScope
        let limit: Int
        let isAscending: Bool
        /// Split by a field, and by spans of time.
        let by: Field?
        let interval: Int64?
        let now: Timestamp
    }

    /// Answers what was asked for; one of the questions is.
    func answer(_ frame: Frame, _ writer: inout AnswerWriter) throws {
        if let facets { try write(facets: facets, frame, &writer) }
        if let percentiles { try write(percentiles: QueryText.field(percentiles), frame, &writer) }
        if let rare { try write(seen: QueryText.field(rare), .rarest, nil, frame, &writer) }
        if let seen { try write(seen: QueryText.field(seen), order, nil, frame, &writer) }
        if let firstSeen { try write(seen: QueryText.field(firstSeen), .newest, newTimes(frame), frame, &writer) }
        if extent {
            let extent = try frame.engine.answer(.extent, frame.scope).value
            writer.row(
                ["count", "first", "last"],
                [.integer(Int64(extent.count))] + [extent.first, extent.last].map { $0.map(ColumnValue.date) ?? .text("") })
        }
        if let places { try write(places: QueryText.field(places), frame, &writer) }
        if let matrix { try write(matrix: matrix, frame, &writer) }
        if let surprise { try write(surprise: QueryText.field(surprise), frame, &writer) }
    }

    private func newTimes(_ frame: Frame) -> Range<Timestamp> {
        let day: Int64 = 86_400_000_000
        let today = Timestamp(microseconds: frame.now.microseconds / day * day)
        let since = frame.scope.times.flatMap { $0.lowerBound.microseconds == .min ? nil : $0.lowerBound } ?? today
        return since..<max(since, frame.scope.times?.upperBound ?? Timestamp(microseconds: .max))
    }

    private func write(facets: String, _ frame: Frame, _ writer: inout AnswerWriter) throws {
        let fields = try facets.split(separator: ",").map { try QueryText.field(String($0)) }
        let answer = try frame.engine.answer(.facets(fields.map { [.field($0)] }, limit: frame.limit), frame.scope).value
        for (field, top) in zip(fields, answer.tops) {
            for group in top.groups {
                writer.row(["field", "value", "count"], [.text(field.name), group.values[0], .integer(Int64(group.count))])
            }
        }
    }

    private func write(percentiles field: Field, _ frame: Frame, _ writer: inout AnswerWriter) throws {
        let parts = percents.split(separator: ",")
        let numbers = parts.compactMap { Double($0) }
        guard numbers.count == parts.count else { throw ValidationError("--percents: numbers with commas between them, such as 50,99.9") }
        let keys = (frame.interval.map { [GroupKey.time(interval: $0, origin: 0)] } ?? []) + (frame.by.map { [.field($0)] } ?? [])
        let names = (frame.interval == nil ? [] : ["@timestamp"]) + (frame.by.map { [$0.name] } ?? [])
        let summaries = try frame.engine.answer(.summaries(of: field, percents: numbers, by: keys), frame.scope).value
        for summary in frame.interval == nil ? summaries.prefix(frame.limit) : summaries[...] {
            writer.row(
                names + ["count", "min", "max", "mean"] + parts.map { "p\($0)" },
                summary.keys + [.integer(Int64(summary.count)), summary.minimum, summary.maximum, .number(summary.mean)]
                    + summary.percentiles)
        }
    }

    private func write(
        seen field: Field, _ order: SeenOrder, _ new: Range<Timestamp>?, _ frame: Frame, _ writer: inout AnswerWriter
    ) throws {
        let answer = try frame.engine.answer(.seen(field, order: order, limit: frame.limit, firstSeen: new), frame.scope)
        for seen in answer.value.values {
            writer.row(
                [field.name, "count", "first", "last"], [seen.value, .integer(Int64(seen.count)), .date(seen.first), .date(seen.last)])
        }
    }

    private func write(places field: Field, _ frame: Frame, _ writer: inout AnswerWriter) throws {
        let chosen = if let geohash { GeoGrid(geohash: geohash) } else { GeoGrid(degrees: degrees ?? 1) }
        guard let grid = chosen else { throw ValidationError("give --degrees from 0.01 to 90, or --geohash from 1 to 9") }
        for cell in try frame.engine.answer(.cells(of: field, grid, limit: frame.limit), frame.scope).value.cells {
            let place: [ColumnValue] = [
                .number(min(cell.south + grid.height / 2, 90)), .number(min(cell.west + grid.width / 2, 180)),
            ]
            writer.row(
                ["lat", "lon"] + (cell.geohash == nil ? [] : ["geohash"]) + ["count"],
                place + (cell.geohash.map { [.text($0)] } ?? []) + [.integer(Int64(cell.count))])
        }
    }

    /// A row for each pair that occurs, and for the totals, whose other value is empty.
    private func write(matrix: String, _ frame: Frame, _ writer: inout AnswerWriter) throws {
        let fields = try matrix.split(separator: ",").map { try QueryText.field(String($0)) }
        guard fields.count == 2 else { throw ValidationError("--matrix: two fields with a comma between them") }
        let question = Question<Matrix>.matrix(fields[0], fields[1], rows: frame.limit, columns: frame.limit)
        let found = try frame.engine.answer(question, frame.scope).value
        let names = fields.map(\.name) + ["count"]
        for (row, cells) in zip(found.rows.groups, found.cells) {
            for (column, count) in zip(found.columns.groups, cells) where count > 0 {
                writer.row(names, [row.values[0], column.values[0], .integer(Int64(count))])
            }
        }
        for row in found.rows.groups { writer.row(names, [row.values[0], .text(""), .integer(Int64(row.count))]) }
        for column in found.columns.groups { writer.row(names, [.text(""), column.values[0], .integer(Int64(column.count))]) }
        writer.row(names, [.text(""), .text(""), .integer(Int64(found.total))])
    }

    private func write(surprise field: Field, _ frame: Frame, _ writer: inout AnswerWriter) throws {
        let end = frame.scope.times.flatMap { $0.upperBound.microseconds == .max ? nil : $0.upperBound } ?? frame.now
        let window = try SurpriseWindow(before: end, length: frame.interval ?? 3_600_000_000, days: days)
        let question = Question<Surprises>.surprise(of: field, window, limit: frame.limit, ascending: frame.isAscending)
        for value in try frame.engine.answer(question, frame.scope).value.values {
            writer.row(
                [field.name, "count", "mean", "score", "first"],
                [value.value, .integer(Int64(value.count)), .number(value.mean), .number(value.score), .date(value.first)])
        }
    }
}
