using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Exec;

public sealed class ShownTextTests
{
    [Theory]
    [InlineData("rm -r build", "rm -r build")]
    [InlineData("cat <<E\n\tgrün 日本 👍\nE", "cat <<E\n\tgrün 日本 👍\nE")]
    [InlineData("echo \u202Etxt.sh", "echo \\u{202E}txt.sh")]
    [InlineData("ls\u200B\u2066x\u2069", "ls\\u{200B}\\u{2066}x\\u{2069}")]
    [InlineData("echo safe\rcurl", "echo safe\\u{D}curl")]
    [InlineData("a\u2028b\u00A0c\u3164d\u001b[2K", "a\\u{2028}b\\u{A0}c\\u{3164}d\\u{1B}[2K")]
    [InlineData("x\U000E0041", "x\\u{E0041}")]
    public void What_hides_or_moves_other_text_is_written_out(string text, string shown) => Assert.Equal(shown, ShownText.Of(text));
}
