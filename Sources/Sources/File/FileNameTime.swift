import Model

/// The instant that a file's name states: `2018-05-06`, `20180506`, with an hour `2022_06_13_17`. UTC.
///
/// Digits that are part of a longer number, and dates that do not exist, are no dates.
func timeFromFileName(_ path: String) -> Timestamp? {
    let name = Array(path.utf8.split(separator: UInt8(ascii: "/")).last ?? [])
    func isDigit(_ i: Int) -> Bool { name.indices.contains(i) && name[i] >= 0x30 && name[i] <= 0x39 }
    func number(_ i: Int, _ count: Int) -> Int? {
        guard (i..<i + count).allSatisfy(isDigit) else { return nil }
        return name[i..<i + count].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    func isSeparator(_ i: Int) -> Bool { name.indices.contains(i) && "-_.T".utf8.contains(name[i]) }
    for i in name.indices where !isDigit(i - 1) {
        guard let year = number(i, 4), (1990...2100).contains(year) else { continue }
        let gap = isSeparator(i + 4) ? 1 : 0
        guard let month = number(i + 4 + gap, 2), let day = number(i + 6 + 2 * gap, 2) else { continue }
        if gap == 1, !isSeparator(i + 7) { continue }
        let date = CivilDate(year: year, month: month, day: day)
        var end = i + 8 + 2 * gap
        guard date.isValid, !isDigit(end) else { continue }
        var hour = 0
        if isSeparator(end), let stated = number(end + 1, 2), stated < 24, !isDigit(end + 3) {
            hour = stated
            end += 3
        }
        return Timestamp(microseconds: Int64(date.daysSinceEpoch * 24 + hour) * 3_600_000_000)
    }
    return nil
}
