internal import CMaxMindDB
import Glibc
import Model

/// A city database in MaxMind's DB format (DB-IP City Lite, GeoLite2 City …), read by libmaxminddb.
public final class CityDatabase: @unchecked Sendable {
    // Unchecked: libmaxminddb's look-ups only read, and the handle is closed when nobody can look up any more.
    private let handle: UnsafeMutablePointer<MMDB_s>
    private let paths: [UnsafeMutablePointer<UnsafePointer<CChar>?>]

    /// Which record of the database an address leads to; equal records are the same city.
    struct Record: Hashable, Sendable {
        let offset: UInt32
    }

    /// What the database says about a place.
    struct City: Equatable, Sendable {
        var country = CountryCode.none
        var region: [UInt8] = []
        var city: [UInt8] = []
        var point: GeoPoint?
    }

    /// Opens a database; the error names the path and what is wrong.
    public init(path: String) throws(EnrichmentError) {
        let opened = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        let status = MMDB_open(path, UInt32(MMDB_MODE_MMAP), opened)
        guard status == MMDB_SUCCESS else {
            // Nothing is stored yet, so deinit does not close what never opened.
            opened.deallocate()
            let reason = String(cString: MMDB_strerror(status))
            if status == MMDB_FILE_OPEN_ERROR { throw EnrichmentError(.unreadable, "\(path): \(reason)") }
            throw EnrichmentError(.damaged, "\(path): \(reason) Fetch the file again.")
        }
        handle = opened
        paths = [
            ["country", "iso_code"], ["subdivisions", "0", "names", "en"], ["city", "names", "en"],
            ["location", "latitude"], ["location", "longitude"],
        ].map { keys in
            let path = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: keys.count + 1)
            for (i, key) in keys.enumerated() { path[i] = UnsafePointer(strdup(key)) }
            path[keys.count] = nil
            return path
        }
    }

    deinit {
        MMDB_close(handle)
        handle.deallocate()
        for path in paths {
            var i = 0
            while let key = path[i] {
                free(UnsafeMutableRawPointer(mutating: key))
                i += 1
            }
            path.deallocate()
        }
    }

    /// When the database was built and how large it is, to tell versions apart.
    var version: [UInt64] {
        [handle.pointee.metadata.build_epoch, UInt64(handle.pointee.metadata.node_count), UInt64(handle.pointee.file_size)]
    }

    /// The record of an address; nil when there is none or the database is damaged there.
    func record(of address: IPAddress) -> Record? {
        var status: Int32 = 0
        let result: MMDB_lookup_result_s
        if let v4 = address.v4 {
            var socket = sockaddr_in()
            socket.sin_family = sa_family_t(AF_INET)
            socket.sin_addr.s_addr = v4.bigEndian
            result = withUnsafePointer(to: socket) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { MMDB_lookup_sockaddr(handle, $0, &status) }
            }
        } else {
            var socket = sockaddr_in6()
            socket.sin6_family = sa_family_t(AF_INET6)
            withUnsafeMutableBytes(of: &socket.sin6_addr) {
                $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            result = withUnsafePointer(to: socket) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { MMDB_lookup_sockaddr(handle, $0, &status) }
            }
        }
        return status == MMDB_SUCCESS && result.found_entry ? Record(offset: result.entry.offset) : nil
    }

    /// Reads a record; what it lacks or states wrongly stays empty.
    func city(_ record: Record) -> City {
        var city = City()
        text(record, 0) { city.country = CountryCode($0) }
        text(record, 1) { city.region = Array($0) }
        text(record, 2) { city.city = Array($0) }
        if let latitude = number(record, 3), let longitude = number(record, 4) {
            let point = GeoPoint(latitude: Float(latitude), longitude: Float(longitude))
            city.point = point.isValid ? point : nil
        }
        return city
    }

    /// Names longer than this many bytes are cut at a character.
    private static let maximumNameBytes = 255

    private func text(_ record: Record, _ path: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        guard let data = value(record, path), data.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING), let start = data.utf8_string else { return }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(data.data_size)).bindMemory(to: UInt8.self)
        var count = min(bytes.count, Self.maximumNameBytes)
        while count > 0, count < bytes.count, bytes[count] & 0xc0 == 0x80 { count -= 1 }
        body(UnsafeBufferPointer(rebasing: bytes[..<count]))
    }

    private func number(_ record: Record, _ path: Int) -> Double? {
        guard let data = value(record, path) else { return nil }
        switch data.type {
        case UInt32(MMDB_DATA_TYPE_DOUBLE): return data.double_value
        case UInt32(MMDB_DATA_TYPE_FLOAT): return Double(data.float_value)
        default: return nil
        }
    }

    private func value(_ record: Record, _ path: Int) -> MMDB_entry_data_s? {
        var entry = MMDB_entry_s(mmdb: UnsafePointer(handle), offset: record.offset)
        var data = MMDB_entry_data_s()
        let status = MMDB_aget_value(&entry, &data, UnsafePointer(paths[path]))
        return status == MMDB_SUCCESS && data.has_data ? data : nil
    }
}
