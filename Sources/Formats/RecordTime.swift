import Model
import Wire

/// The event time of a record.
enum RecordTime {
    /// Appends `@timestamp` from a JSON value; a record without one takes the file's time or the arrival, flagged as such.
    ///
    /// Throws ``DecodeError/Code/badTime`` for a value that is there and is no time.
    static func append(
        _ token: JSONToken?, of fields: borrowing JSONFields, in record: Span<UInt8>, reader: TimestampReader, context: RecordContext,
        into batch: inout EventBatch
    ) throws(DecodeError) {
        guard let token, token.kind != .null else { return appendSubstitute(context, into: &batch) }
        switch token.kind {
        case .string, .integer, .float:
            if token.isPlain {
                try append(record.extracting(token.range), reader: reader, context: context, into: &batch)
            } else {
                var text: [UInt8] = []
                fields.appendText(of: token, in: record, to: &text)
                try append(text.span, reader: reader, context: context, into: &batch)
            }
        default: throw DecodeError(.badTime, "the time is neither text nor a number")
        }
    }

    /// Appends `@timestamp` from text, likewise.
    static func append(
        _ text: Span<UInt8>, reader: TimestampReader, context: RecordContext, zoneMinutes: Int? = nil, into batch: inout EventBatch
    ) throws(DecodeError) {
        guard text.count > 0 else { return appendSubstitute(context, into: &batch) }
        let reference = context.fileTime ?? context.arrival
        guard let time = reader.read(text, zoneMinutes: zoneMinutes ?? context.zoneMinutes, reference: reference) else {
            throw DecodeError(.badTime, "no time: \(excerpt(text))")
        }
        batch.append(.timestamp, time)
    }

    /// Appends the time that stands in for one that the record does not have.
    static func appendSubstitute(_ context: RecordContext, into batch: inout EventBatch) {
        if let fileTime = context.fileTime {
            batch.append(.timestamp, fileTime)
            batch.append(.timeQuality, "file_name")
        } else {
            batch.append(.timestamp, context.arrival)
            batch.append(.timeQuality, "arrival")
        }
    }

    /// A short printable piece of a text, for error details.
    static func excerpt(_ text: Span<UInt8>) -> String {
        var shown = ""
        for i in 0..<min(text.count, 40) { shown += text[i] >= 0x20 && text[i] < 0x7f ? String(UnicodeScalar(text[i])) : "·" }
        return text.count > 40 ? shown + "…" : shown
    }
}

extension DecodeError {
    /// The dead letter for what is not JSON.
    init(_ error: JSONError) { self.init(error.code == .tooLong ? .tooLong : .malformedJSON, error.description) }
}

extension JSONFields {
    /// Reads a record that must be an object.
    mutating func readObject(_ record: Span<UInt8>) throws(DecodeError) {
        do {
            guard try read(record) else { throw DecodeError(.notAnObject, "a JSON value, but no object") }
        } catch let error as JSONError {
            throw DecodeError(error)
        } catch let error as DecodeError {
            throw error
        } catch {
            throw DecodeError(.malformedJSON, "not JSON")
        }
    }
}
