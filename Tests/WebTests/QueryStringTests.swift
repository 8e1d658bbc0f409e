import Testing

@testable import Web

@Suite struct QueryStringTests {
    @Test(arguments: [
        ("", []), ("a=1&b=2", ["a:1", "b:2"]), ("q=a+b%20c%2B", ["q:a b c+"]), ("a=1&a=2&&b", ["a:1", "a:2", "b:"]), ("a=x=y", ["a:x=y"]),
        ("%71=%C3%A9%ff", ["q:é\u{fffd}"]), ("q=%", ["q:%"]), ("q=%4", ["q:%4"]), ("q=%zz", ["q:%zz"]), ("=x", [":x"]),
    ])
    func `Parameters are read as forms write them`(query: String, wanted: [String]) {
        #expect(QueryString.parameters(query).map { "\($0.name):\($0.value)" } == wanted)
    }
}
