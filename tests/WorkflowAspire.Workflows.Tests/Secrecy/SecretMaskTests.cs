using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using WorkflowAspire.Workflows.Secrecy;

namespace WorkflowAspire.Workflows.Tests.Secrecy;

public class SecretMaskTests
{
    [Theory]
    [InlineData("k", "Unknown key k.", "Unknown key ***.")]
    [InlineData("k", "k", "***")]
    [InlineData("n", "it needs no 'n' and no-n", "it needs no '***' and no-***")]
    [InlineData("test", "the latest tests test 'test'", "the latest tests *** '***'")]
    [InlineData("none", "NONE of them, none_at_all", "NONE of them, none_at_all")]
    [InlineData("password", "passwords: password", "passwords: ***")]
    [InlineData("ключ", "ключи: ключ", "ключи: ***")]
    [InlineData("abc", "?q=a%20abc&x=1abc", "?q=a%20***&x=1abc")]
    [InlineData("abc", "line\\nabc, \\u0022abc\\u0022", "line\\n***, \\u0022***\\u0022")]
    [InlineData("-k-", "a-k-b", "a***b")]
    [InlineData("", "nothing", "nothing")]
    public void A_short_secret_or_a_word_is_hidden_where_it_stands_alone(string secret, string text, string hidden) => Mask(secret).Hide(text).ShouldBe(hidden);

    [Theory]
    [InlineData("s3cr&t/\"key + ü")]
    [InlineData("sk-0123456789abcdef")]
    [InlineData("p@ss w0rd<1>'")]
    public void A_longer_one_is_hidden_in_whatever_form_it_comes_back(string secret)
    {
        string[] forms =
        [
            secret, secret.ToUpperInvariant(), Uri.EscapeDataString(secret), Uri.EscapeDataString(secret).ToLowerInvariant(), WebUtility.UrlEncode(secret), WebUtility.HtmlEncode(secret),
            JsonSerializer.Serialize(secret)[1..^1], $"x{secret}y",
        ];

        foreach (var form in forms) Mask(secret).Hide($"got '{form}'.").ShouldBe(form.StartsWith('x') ? "got 'x***y'." : "got '***'.", form);
    }

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("me")]
    [InlineData("user:")]
    [InlineData("somebody:")]
    public void One_in_Base64_is_hidden_whatever_stands_before_it(string before)
    {
        const string secret = "s3cret-of-mine>?";
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}{secret}!"));

        foreach (var form in new[] { encoded, encoded.Replace('+', '-').Replace('/', '_') })
        {
            var hidden = Mask(secret).Hide($"Authorization: Basic {form}");
            hidden.ShouldContain("***");
            // What is left of it, at its ends, is less than one of its characters.
            hidden.Length.ShouldBeLessThanOrEqualTo("Authorization: Basic ***".Length + (4 * (before.Length + 2) / 3) + 8);
        }
    }

    [Fact]
    public void One_that_holds_another_is_hidden_whole() => new SecretMask(["secret-one", "secret-one-and-more"], "***").Hide("secret-one-and-more, secret-one").ShouldBe("***, ***");

    [Fact]
    public void What_hides_a_secret_is_not_searched_again() => new SecretMask(["*", "abcdefgh1"], "***").Hide("abcdefgh1").ShouldBe("***");

    [Fact]
    public void Whatever_the_text_no_long_secret_is_left_and_all_else_is_kept() =>
        Gen.Select(Gen.String, Gen.String, Gen.String[Gen.Char.AlphaNumeric, 16, 40]).Sample((before, after, secret) =>
        {
            if (before.Contains(secret, StringComparison.OrdinalIgnoreCase) || after.Contains(secret, StringComparison.OrdinalIgnoreCase)) return;
            var hidden = Mask(secret).Hide(before + secret + after);
            hidden.ShouldBe(before + "***" + after);
        }, iter: 300);

    private static SecretMask Mask(string secret) => new([secret], "***");
}
