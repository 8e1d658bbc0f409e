import Testing

@testable import Web

@Suite struct ModulePreloadTests {
    @Test(arguments: [
        ("import { a } from './a.js';", ["./a.js"]),
        ("import './b.js';", ["./b.js"]),
        ("import {\n  long,\n} from '../c.js';\nexport * from './d.js';", ["../c.js", "./d.js"]),
        ("const late = await import('./e.js');\n  import('./f.js');", []),
        ("/** @type {import('./g.js').G} */\nexport const h = 'x from y';", []),
        ("export function from(text) { return 'no'; }", []),
    ])
    func `What a script imports at once is read`(script: String, expected: [String]) {
        #expect(ModulePreloads.specifiers(in: Array(script.utf8)) == expected)
    }

    private static let preloads = ModulePreloads(
        [
            "js/main.js": "import './shell.js';\nimport { a } from './map/a.js';",
            "js/shell.js": "import './map/a.js';",
            "js/map/a.js": "import '../model.js';\nimport './missing.js';",
            "js/model.js": "import './main.js';",
        ].mapValues { Array($0.utf8) })

    @Test func `Modules come once each, nearest first, without what is not there`() {
        #expect(Self.preloads.modules(of: "js/main.js") == ["js/shell.js", "js/map/a.js", "js/model.js"])
        #expect(Self.preloads.modules(of: "js/other.js") == [])
    }

    @Test func `A page links to them relatively as to its script`() {
        let page = "<head>\n  <script type=\"module\" src=\"../../js/shell.js\"></script>\n</head>"
        #expect(
            String(decoding: Self.preloads.page(Array(page.utf8)), as: UTF8.self) == """
                <head>
                  <script type="module" src="../../js/shell.js"></script>
                  <link rel="modulepreload" href="../../js/map/a.js">
                  <link rel="modulepreload" href="../../js/model.js">
                  <link rel="modulepreload" href="../../js/main.js">
                </head>
                """)
        #expect(Self.preloads.page(Array("<p>no script".utf8)) == Array("<p>no script".utf8))
    }
}
