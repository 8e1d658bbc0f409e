import Journal

extension ConfigurationBuilder {
    /// The values of `journal.retention`.
    mutating func limits(_ section: ConfigurationSection) -> [RetentionClass: RetentionLimit] {
        let day = 86_400_000
        var limits: [RetentionClass: RetentionLimit] = [:]
        for retained in RetentionClass.allCases {
            guard let group = section.section(retained.name) else { continue }
            let age = group.integer("max_age")
            if let age, age % day != 0 {
                note(group, "max_age", "is no number of whole days, but files hold whole days; write e.g. \(age / day + 1)d")
            }
            let limit = RetentionLimit(maximumAgeDays: age.map { $0 / day }, maximumBytes: group.integer("max_size").map(Int64.init))
            if limit != RetentionLimit() { limits[retained] = limit }
        }
        return limits
    }
}
