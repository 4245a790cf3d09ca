using System.Buffers;
using System.Text;

namespace WorkflowAspire.Workflows.Secrecy;

/// <summary>Hides secrets in texts, in each form that a service may give them back, and leaves words whole that merely hold the same letters.</summary>
internal sealed class SecretMask
{
    private readonly string _shown;
    private readonly SecretForm[] _forms;
    private readonly SearchValues<string> _search;

    /// <param name="secrets">The secrets; those that are empty hide nothing.</param>
    /// <param name="shown">What stands in their place.</param>
    public SecretMask(IEnumerable<string> secrets, string shown)
    {
        _shown = shown;
        // The longest first, so that no secret is left as the rest of another.
        _forms = [.. secrets.SelectMany(SecretForm.Of).DistinctBy(form => form.Text).OrderByDescending(form => form.Text.Length)];
        _search = SearchValues.Create([.. _forms.Select(form => form.Text)], StringComparison.OrdinalIgnoreCase);
    }

    public bool HidesNothing => _forms.Length == 0;

    /// <summary>The text without any secret; the same where it has none.</summary>
    public string Hide(string text)
    {
        if (!TryFind(text, 0, out var at, out var length)) return text;
        var clean = new StringBuilder(text.Length);
        var copied = 0;
        do
        {
            clean.Append(text, copied, at - copied).Append(_shown);
            copied = at + length;
        }
        while (TryFind(text, copied, out at, out length));

        return clean.Append(text, copied, text.Length - copied).ToString();
    }

    public bool Occurs(string text) => TryFind(text, 0, out _, out _);

    private bool TryFind(string text, int from, out int at, out int length)
    {
        (at, length) = (from, 0);
        while (!HidesNothing && text.AsSpan(at).IndexOfAny(_search) is var found and >= 0)
        {
            at += found;
            var place = at;
            if (Array.Find(_forms, form => form.StandsAt(text, place)) is { } form)
            {
                length = form.Text.Length;
                return true;
            }

            at++;
        }

        return false;
    }
}
