using System.Diagnostics;
using System.Text.Json;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Tests.Samples;

public class DocumentDigestTests : SampleSpecification
{
    private const string Guide =
        """
        ---
        title: Not counted
        ---
        Before any heading.

        # Coffee roasting

        Coffee roasting turns green coffee beans into [roasted beans](https://example.org/a/long/path). It takes 12.5 minutes, says Dr. Ada B. Smith of the U.S. Coffee Guild! Does it?

        ```sh
        roast --beans green --minutes 12
        ```

        ## Light roast

        - Light roast keeps the acidity of coffee beans.
        - <b>Light</b> roast &amp; water.

        | Roast | Minutes |
        |-------|---------|
        | Light | 9       |

        Dark <!-- not this --> roast
        ============================

        A dark roast tastes of smoke.
        """;

    [Fact]
    public async Task Headings_part_a_Markdown_text_into_sections()
    {
        var digest = await Digest(Guide);

        Sections(digest).ShouldBe([(null, 0, 3), ("Coffee roasting", 1, 25), ("Light roast", 2, 15), ("Dark roast", 1, 6)]);
        digest.GetProperty("words").GetInt32().ShouldBe(49);
        digest.GetProperty("language").GetString().ShouldBe("en");
        digest.GetProperty("script").GetString().ShouldBe("Latn");
    }

    [Theory]
    [InlineData("first line<br>second line 9<br>10", 6)]
    [InlineData("first line<br/>second line 9<BR />10", 6)]
    [InlineData("first</p><p>second<img src=x>third", 3)]
    [InlineData("see<https://example.org>there", 2)]
    [InlineData("H<sub>2</sub>O is <b>w</b>ater, super<wbr>cali<!-- so -->fragilistic", 4)]
    [InlineData("<div>first<br>second <b>th</b>ird<hr>fourth</div>", 4)]
    [InlineData("<table><tr><td>9</td><td>10</td></tr></table>", 2)]
    public async Task A_tag_parts_words_where_a_reader_sees_them_apart(string text, int words) =>
        Sections(await Digest($"# T\n\n{text}")).ShouldBe([("T", 1, words)]);

    [Fact]
    public async Task A_digest_is_made_of_whole_sentences()
    {
        Strings(await Digest(Guide), "digest").ShouldBe(
        [
            "Before any heading.",
            "Coffee roasting turns green coffee beans into roasted beans.",
            "It takes 12.5 minutes, says Dr. Ada B. Smith of the U.S. Coffee Guild!",
            "Light roast keeps the acidity of coffee beans.",
            "A dark roast tastes of smoke.",
        ]);
    }

    [Fact]
    public async Task Key_terms_are_what_the_text_is_about()
    {
        var terms = Terms(await Digest(Guide));

        terms.ShouldContain("coffee beans");
        terms.ShouldContain("Light roast");
        terms.ShouldNotContain("the");
    }

    [Fact]
    public async Task Each_phase_leaves_a_checkpoint()
    {
        var run = await Claim(await AcceptRun(workflow: "document-digest", input: JsonSerializer.Serialize(new { text = Guide })));

        await Engine.ExecuteAsync(run);

        (await Store.ListStepsAsync(run.Run.Id)).Select(step => step.Name).ShouldBe(["parse", "measure", "terms", "digest"]);
    }

    [Fact]
    public async Task Plain_text_is_one_section_and_its_indented_lines_are_not_code()
    {
        var digest = await Digest("First paragraph of\r\nplain text.\r\n\r\n    An indented line.\r\n");

        Sections(digest).ShouldBe([(null, 0, 8)]);
        Strings(digest, "digest").ShouldBe(["First paragraph of plain text.", "An indented line."]);
    }

    [Theory]
    [InlineData("Медленный сервер отвечает. Сервер упал в 10 ч. 30 мин. Что делать?", "Cyrl", "ru", 12)]
    [InlineData("الخادم بطيء. هل تم إعادة تشغيل الخادم؟ نعم، هذا هو الحل.", "Arab", "ar", 11)]
    [InlineData("השרת של צה\"ל איטי. האם הוא הופעל מחדש? כן, זה הפתרון.", "Hebr", "he", 11)]
    [InlineData("सर्वर धीमा है। क्या इसे फिर से चालू किया गया? हाँ, यह समाधान है।", "Deva", "hi", 14)]
    [InlineData("Der Server ist langsam. Wurde er am 3. Oktober neu gestartet? Ja, z.B. von Dr. Müller.", "Latn", "de", 16)]
    [InlineData("Le serveur est lent. L'a-t-on redémarré ? Oui, c'est la solution.", "Latn", "fr", 12)]
    [InlineData("ฉันชอบกินข้าวผัดกับไก่ที่ร้านอาหารไทย", "Thai", "th", 11)]
    [InlineData("服务器很慢。是否已经重新启动？是的，这是解决办法！", "Hani", "zh", 12)]
    [InlineData("サーバーが遅いです。再起動しましたか？はい、これが解決策です。", "Hira", "ja", 15)]
    public async Task Words_scripts_and_languages_are_told_apart(string text, string script, string language, int words)
    {
        var digest = await Digest(text);

        (digest.GetProperty("script").GetString(), digest.GetProperty("language").GetString(), digest.GetProperty("words").GetInt32()).ShouldBe((script, language, words));
    }

    [Theory]
    [InlineData("服务器很慢。是否已经重新启动？是的！", new[] { "服务器很慢。", "是否已经重新启动？", "是的！" })]
    [InlineData("सर्वर धीमा है। यह समाधान है॥", new[] { "सर्वर धीमा है।", "यह समाधान है॥" })]
    [InlineData("هل الخادم بطيء؟ نعم.", new[] { "هل الخادم بطيء؟", "نعم." })]
    [InlineData("Wait… Pi is 3.14. Use example.org, e.g. today. “Really?” she said.", new[] { "Wait…", "Pi is 3.14.", "Use example.org, e.g. today.", "“Really?” she said." })]
    [InlineData("J. S. Bach lived in Germany. So did Dr. Bell.", new[] { "J. S. Bach lived in Germany.", "So did Dr. Bell." })]
    public async Task Sentences_end_where_a_reader_ends_them(string text, string[] sentences) => Strings(await Digest(text), "digest").ShouldBe(sentences);

    [Fact]
    public async Task Chinese_and_Japanese_are_read_by_the_character()
    {
        var digest = await Digest(string.Concat(Enumerable.Repeat("我喜欢在北京大学学习计算机科学。", 100)));

        digest.GetProperty("characters").GetInt32().ShouldBe(1500);
        digest.GetProperty("readingSeconds").GetInt32().ShouldBe(180);
        Terms(digest).ShouldContain(term => term.Contains("大学") || term.Contains("计算"));
    }

    [Fact]
    public async Task A_reader_takes_a_minute_for_238_words() =>
        (await Digest(string.Concat(Enumerable.Repeat("word ", 238)))).GetProperty("readingSeconds").GetInt32().ShouldBe(60);

    [Fact]
    public async Task Function_words_are_recognised_even_where_no_list_knows_them()
    {
        // An invented language: "zu" holds every sentence together.
        var terms = Terms(await Digest("Mira zuu tolek. Banto zuu tolek. Keri zuu palom. Mira zuu palom. Suna zuu dorim. Tolek zuu dorim. Palom zuu mira."));

        terms.ShouldNotContain("zuu");
        terms.ShouldContain("tolek");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t\n")]
    [InlineData("\uFEFF")]
    [InlineData("... !!! ---")]
    [InlineData("```\nonly code\n```")]
    public async Task A_text_without_words_gives_an_empty_digest(string text)
    {
        var digest = await Digest(text);

        digest.GetProperty("words").GetInt32().ShouldBe(0);
        digest.GetProperty("readingSeconds").GetInt32().ShouldBe(0);
        digest.GetProperty("language").ValueKind.ShouldBe(JsonValueKind.Null);
        Strings(digest, "digest").ShouldBeEmpty();
        Terms(digest).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"text":null}""")]
    [InlineData("""{"text":5}""")]
    public async Task A_missing_text_is_an_error_that_names_it(string input)
    {
        var lease = await Claim(await AcceptRun(workflow: "document-digest", input: input));

        (await Should.ThrowAsync<UnrecoverableError>(() => Engine.ExecuteAsync(lease))).Message.ShouldContain("text");
    }

    [Fact]
    public async Task Hostile_characters_do_no_harm()
    {
        var digest = await Digest("\uFEFFA\0B and C\u0001D\r\n\r\nE\u202Evil stays.");

        Strings(digest, "digest").ShouldBe(["A B and C D", "E\u202Evil stays."]);
    }

    public static TheoryData<string, string> Huge() => new()
    {
        { "prose", string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog near Berlin. ", 18_000)) },
        { "Chinese without a stop", string.Concat(Enumerable.Repeat("我喜欢在北京大学学习计算机科学", 25_000)) },
        { "Thai", string.Concat(Enumerable.Repeat("ฉันชอบกินข้าวผัดกับไก่ที่ร้านอาหารไทย", 10_000)) },
        { "one word", new string('x', 1_000_000) },
        { "open brackets", new string('[', 1_000_000) },
        { "quotes in quotes", new string('>', 1_000_000) },
        { "stars", string.Concat(Enumerable.Repeat("*a ", 300_000)) },
        { "unclosed tags", string.Concat(Enumerable.Repeat("<a ", 300_000)) },
        { "unclosed comments", string.Concat(Enumerable.Repeat("<!-- ", 200_000)) },
        { "pipes", string.Concat(Enumerable.Repeat("|a", 500_000)) },
        { "headings", string.Concat(Enumerable.Repeat("# a\n\nb\n\n", 100_000)) },
        { "different words", string.Join(' ', Enumerable.Range(0, 150_000).Select(n => $"w{n:x}q")) },
        { "abbreviations", string.Concat(Enumerable.Repeat("Dr. A. ", 140_000)) },
        { "marks", "a" + new string('\u0301', 1_000_000) },
        { "surrogates", string.Concat(Enumerable.Repeat("😀", 250_000)) },
    };

    [Theory]
    [MemberData(nameof(Huge), DisableDiscoveryEnumeration = true)]
    public async Task A_megabyte_is_digested_in_seconds(string kind, string text)
    {
        var watch = Stopwatch.StartNew();

        await Digest(text);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), kind);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {watch.ElapsedMilliseconds} ms");
    }

    private Task<JsonElement> Digest(string text) => Run("document-digest", new { text });

    private static IEnumerable<(string? Title, int Level, int Words)> Sections(JsonElement digest) => digest.GetProperty("sections").EnumerateArray()
        .Select(section => (section.GetProperty("title").GetString(), section.GetProperty("level").GetInt32(), section.GetProperty("words").GetInt32()));

    private static IEnumerable<string> Terms(JsonElement digest) => digest.GetProperty("keyTerms").EnumerateArray().Select(term => term.GetProperty("term").GetString()!);

    private static IEnumerable<string> Strings(JsonElement digest, string name) => digest.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);
}
