import HTTPTypes
import Hummingbird
import Journal
import Model

/// Notes that people write on addresses, rules and other things.
struct NoteRoutes: Sendable {
    let book: NoteBook
    /// Called when notes have changed.
    let onChange: @Sendable () -> Void

    func add(to table: inout RouteTable) {
        table.add(.notes) { request, _ in
            let query = QueryString(request)
            let limit = try Self.number(query["limit"] ?? "200", in: 1...1000, "limit")
            let before = try query["before"].map { try Self.number($0, in: 0...Int(Int64.max), "before") }
            let (kind, value) = try Self.filter(query)
            let notes = try await EditRequest.storing {
                try await book.notes(kind: kind, value: value, before: before.map(Int64.init) ?? .max, limit: limit)
            }
            return Response(Self.encode(notes, limit: limit), revalidating: request)
        }
        table.add(.addNote) { request, _ in
            let members = try await EditRequest.members(["kind", "value", "text"], of: request)
            let (subject, text) = (try Self.subject(members["kind"] ?? "", members["value"] ?? ""), try Self.text(members["text"] ?? ""))
            do throws(NoteBook.Refusal) {
                let note = try await book.add(text, about: subject)
                onChange()
                return Self.answer(note)
            } catch {
                throw Self.problem(of: error)
            }
        }
        table.add(.changeNote) { request, context in
            let id = try EditRequest.id(context, of: "note", from: "/api/v1/notes")
            let revision = try EditRequest.revision(request, of: id, "note")
            let text = try Self.text(try await EditRequest.members(["text"], of: request)["text"] ?? "")
            let note = try Self.done(try await EditRequest.storing { try await book.change(id, revision: revision, to: text) }, id)
            onChange()
            return Self.answer(note)
        }
        table.add(.removeNote) { request, context in
            let id = try EditRequest.id(context, of: "note", from: "/api/v1/notes")
            let revision = try EditRequest.revision(request, of: id, "note")
            _ = try Self.done(try await EditRequest.storing { try await book.remove(id, revision: revision) }, id)
            onChange()
            return Response(Array("{}".utf8))
        }
    }

    // MARK: Reading

    private static func number(_ text: String, in range: ClosedRange<Int>, _ name: String) throws(Problem) -> Int {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number) else {
            throw Problem(status: .badRequest, detail: "\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func filter(_ query: QueryString) throws(Problem) -> (kind: String?, value: String?) {
        guard let kind = query["kind"] else {
            guard query["value"] == nil else { throw Problem(status: .badRequest, detail: "value: needs kind, e.g. kind=ip") }
            return (nil, nil)
        }
        guard let value = query["value"] else {
            guard NoteSubject.kinds.contains(kind) else { throw unknown(kind) }
            return (kind, nil)
        }
        let subject = try subject(kind, value)
        return (subject.kind, subject.value)
    }

    private static func unknown(_ kind: String) -> Problem {
        let near = Spelling.nearest(to: kind, among: NoteSubject.kinds).map { "; did you mean \($0)?" }
        return Problem(
            status: .badRequest,
            detail: "kind: there are no pages for \(kind)" + (near ?? "; there are for \(NoteSubject.kinds.joined(separator: ", "))"))
    }

    private static func subject(_ kind: String, _ value: String) throws(Problem) -> NoteSubject {
        guard NoteSubject.kinds.contains(kind) else { throw unknown(kind) }
        guard let subject = NoteSubject(kind: kind, value: value) else {
            throw Problem(
                status: .badRequest,
                detail:
                    "value: cannot be of kind \(kind); it has 1 to \(NoteSubject.maximumLength) characters, none of them a control character"
            )
        }
        return subject
    }

    private static func text(_ text: String) throws(Problem) -> String {
        guard let plain = Note.plain(text) else {
            throw Problem(
                status: .badRequest,
                detail:
                    "text: has 1 to \(Note.maximumLength) characters besides blanks around it, and no control characters but tab and line feed"
            )
        }
        return plain
    }

    // MARK: Answering

    private static func problem(of refusal: NoteBook.Refusal) -> Problem {
        switch refusal {
        case .tooManyOfOne: Problem(status: .conflict, detail: "this has \(NoteBook.maximumOfOne) notes; remove one")
        case .tooMany: Problem(status: .conflict, detail: "there are \(NoteBook.maximum) notes; remove some")
        case .journal(let error): EditRequest.problem(of: error)
        }
    }

    private static func done(_ outcome: NoteBook.Outcome, _ id: Int64) throws(Problem) -> Note {
        switch outcome {
        case .done(let note): return note
        case .gone: throw Problem(status: .notFound, detail: "there is no note \(id)")
        case .conflict(let note):
            throw Problem(
                status: .preconditionFailed, detail: "somebody has changed this note since you read it; read it again and then change it",
                fields: [.eTag: tag(note)])
        }
    }

    private static func tag(_ note: Note) -> String { EditRequest.tag(note.id, note.revision) }

    private static func answer(_ note: Note) -> Response {
        var json = JSONText()
        write(note, to: &json)
        var response = Response(json.bytes)
        response.headers[.eTag] = tag(note)
        return response
    }

    private static func encode(_ notes: [Note], limit: Int) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("notes") { json in json.array { json in for note in notes { write(note, to: &json) } } }
            json.member("next", notes.count == limit ? notes.last.map { "\($0.id)" } : nil)
        }
        return json.bytes
    }

    private static func write(_ note: Note, to json: inout JSONText) {
        json.object { json in
            json.member("id", "\(note.id)")
            json.member("kind", note.subject.kind)
            json.member("value", note.subject.value)
            json.member("text", note.text)
            json.member("created", note.created.iso8601)
            json.member("changed", note.changed?.iso8601)
            json.member("tag", tag(note))
        }
    }
}
