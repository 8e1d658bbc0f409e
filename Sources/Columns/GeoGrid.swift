import Model

/// A division of the earth's surface into cells between meridians and parallels.
public struct GeoGrid: Hashable, Sendable {
    /// Degrees from south to north of a cell.
    public let height: Double
    /// Degrees from west to east of a cell.
    public let width: Double
    /// Letters of the geohash of a cell; nil where cells have none.
    public let letters: Int?
    private static let alphabet = Array("0123456789bcdefghjkmnpqrstuvwxyz")

    /// Cells of so many degrees (0.01 to 90) both ways, from the south pole and the 180th meridian on; nil for others.
    public init?(degrees: Double) {
        guard (0.01...90).contains(degrees) else { return nil }
        (height, width, letters) = (degrees, degrees, nil)
    }

    /// The cells of geohashes of so many letters (1 to 9); nil for others.
    public init?(geohash letters: Int) {
        guard (1...9).contains(letters) else { return nil }
        let bits = letters * 5
        height = 180 / Double(1 << (bits / 2))
        width = 360 / Double(1 << ((bits + 1) / 2))
        self.letters = letters
    }

    private var rows: Int { Int((180 / height).rounded(.up)) }
    private var columns: Int { Int((360 / width).rounded(.up)) }

    /// The row and the column of a point, counted from 1 in the south west; nil for what is no place on earth.
    func cell(of point: GeoPoint) -> (row: UInt32, column: UInt32)? {
        let (latitude, longitude) = (Double(point.latitude), Double(point.longitude))
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        let row = min(Int(((latitude + 90) / height).rounded(.down)), rows - 1)
        let column = min(Int(((longitude + 180) / width).rounded(.down)), columns - 1)
        return (UInt32(row + 1), UInt32(column + 1))
    }

    /// The south-west corner of a cell.
    func corner(row: UInt32, column: UInt32) -> (south: Double, west: Double) {
        (Double(row - 1) * height - 90, Double(column - 1) * width - 180)
    }

    /// The geohash of a cell (bits of the longitude first, five to a letter); nil for cells of degrees.
    func geohash(row: UInt32, column: UInt32) -> String? {
        guard let letters else { return nil }
        let bits = letters * 5
        var (across, up) = ((bits + 1) / 2, bits / 2)
        var text = ""
        var letter = 0
        for bit in 0..<bits {
            if bit % 2 == 0 {
                across -= 1
                letter = letter << 1 | Int((column - 1) >> UInt32(across) & 1)
            } else {
                up -= 1
                letter = letter << 1 | Int((row - 1) >> UInt32(up) & 1)
            }
            if bit % 5 == 4 {
                text.append(Self.alphabet[letter])
                letter = 0
            }
        }
        return text
    }
}
