using OpenClaw.Edge.Security;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Security;

public sealed class DeviceSignatureTests
{
    private const string Nonce = "8e691c2f-1783-4288-bbbd-5bf53946fccb";
    private const string V2 = "Ad8BUZmygLOvNIXtDnmQ5IJH1WsssFtf80ho9d_QLkVFR78LmVz_a8VmP9tOk8E2I6vWmAwU1JJ-COLpryhOAQ";

    // Made with Node's crypto.sign from the seed 00 01 … 1f; docs/protocol.md, device identity.
    private static readonly DeviceProof Vector = new()
    {
        DeviceId = "56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c",
        PublicKey = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
        Signature = "zNXv1727E2NasNTRln-ZrrCXLiUZOFoGzx_B1LgGmZY0ON8RQKentCreKFIcanLgRJwdMBrL9iWZpNpF6PkcDg",
        SignedAtMs = 1700000000000,
        Nonce = Nonce,
        ClientId = "cli",
        ClientMode = "cli",
        Role = "operator",
        Scopes = ["operator.read", "operator.write"],
        Token = "secret-token",
        Platform = "linux",
        DeviceFamily = "linux",
    };

    [Fact]
    public void Accepts_the_vector_of_version_three() => Assert.Equal(DeviceSignatureCheck.Valid, Check(Vector));

    [Fact]
    public void Accepts_the_vector_of_version_two_whatever_the_platform() =>
        Assert.Equal(DeviceSignatureCheck.Valid, Check(Vector with { Signature = V2, Platform = "other" }));

    [Fact]
    public void Platform_is_trimmed_and_lowered_before_it_is_signed() =>
        Assert.Equal(DeviceSignatureCheck.Valid, Check(Vector with { Platform = " Linux ", DeviceFamily = "LINUX" }));

    [Fact]
    public void Scope_order_is_part_of_the_line() =>
        Assert.Equal(DeviceSignatureCheck.SignatureInvalid, Check(Vector with { Scopes = ["operator.write", "operator.read"] }));

    [Fact]
    public void Another_token_breaks_the_signature() =>
        Assert.Equal(DeviceSignatureCheck.SignatureInvalid, Check(Vector with { Token = "other" }));

    [Fact]
    public void Another_device_id_is_a_mismatch() =>
        Assert.Equal(DeviceSignatureCheck.IdMismatch, Check(Vector with { DeviceId = new string('0', 64) }));

    [Theory]
    [InlineData(120_000, DeviceSignatureCheck.Valid)]
    [InlineData(120_001, DeviceSignatureCheck.Expired)]
    [InlineData(-120_001, DeviceSignatureCheck.Expired)]
    public void Skew_is_two_minutes_either_way(long skewMs, DeviceSignatureCheck expected) =>
        Assert.Equal(expected, DeviceSignature.Verify(Vector, Nonce, Vector.SignedAtMs + skewMs));

    [Fact]
    public void Nonce_must_be_this_sockets()
    {
        Assert.Equal(DeviceSignatureCheck.NonceMissing, Check(Vector with { Nonce = "" }));
        Assert.Equal(DeviceSignatureCheck.NonceMismatch, DeviceSignature.Verify(Vector, "another", Vector.SignedAtMs));
    }

    private static DeviceSignatureCheck Check(DeviceProof proof) => DeviceSignature.Verify(proof, Nonce, proof.SignedAtMs);
}
