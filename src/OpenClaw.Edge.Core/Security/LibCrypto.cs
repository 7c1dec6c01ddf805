using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Security;

/// <summary>OpenSSL's libcrypto, loaded when first needed, for the one thing .NET lacks: Ed25519. An absent library
/// makes every signature invalid.</summary>
internal static unsafe class LibCrypto
{
    private const int Ed25519Type = 1087; // EVP_PKEY_ED25519, NID of id-Ed25519
    private static readonly string[] Names = ["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so"];
    private static readonly Lazy<Functions?> Loaded = new(Load);

    /// <summary>Whether the library and its functions were found.</summary>
    public static bool IsAvailable => Loaded.Value is not null;

    /// <summary>Whether the signature is by this key over this message. Never throws.</summary>
    public static bool VerifyEd25519(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (Loaded.Value is not { } crypto)
        {
            return false;
        }

        nint key;
        fixed (byte* raw = publicKey)
        {
            key = crypto.NewRawPublicKey(Ed25519Type, 0, raw, (nuint)publicKey.Length);
        }

        if (key == 0)
        {
            return false;
        }

        nint context = crypto.NewDigestContext();
        try
        {
            fixed (byte* sig = signature)
            fixed (byte* data = message)
            {
                return context != 0
                    && crypto.VerifyInit(context, 0, 0, 0, key) == 1
                    && crypto.Verify(context, sig, (nuint)signature.Length, data, (nuint)message.Length) == 1;
            }
        }
        finally
        {
            crypto.FreeDigestContext(context);
            crypto.FreeKey(key);
        }
    }

    private static Functions? Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library)
                && NativeLibrary.TryGetExport(library, "EVP_PKEY_new_raw_public_key", out nint newKey)
                && NativeLibrary.TryGetExport(library, "EVP_PKEY_free", out nint freeKey)
                && NativeLibrary.TryGetExport(library, "EVP_MD_CTX_new", out nint newContext)
                && NativeLibrary.TryGetExport(library, "EVP_MD_CTX_free", out nint freeContext)
                && NativeLibrary.TryGetExport(library, "EVP_DigestVerifyInit", out nint init)
                && NativeLibrary.TryGetExport(library, "EVP_DigestVerify", out nint verify))
            {
                return new Functions(newKey, freeKey, newContext, freeContext, init, verify);
            }
        }

        return null;
    }

    private sealed class Functions(nint newKey, nint freeKey, nint newContext, nint freeContext, nint init, nint verify)
    {
        public nint NewRawPublicKey(int type, nint engine, byte* key, nuint length) =>
            ((delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint>)newKey)(type, engine, key, length);

        public void FreeKey(nint key) => ((delegate* unmanaged[Cdecl]<nint, void>)freeKey)(key);

        public nint NewDigestContext() => ((delegate* unmanaged[Cdecl]<nint>)newContext)();

        public void FreeDigestContext(nint context) => ((delegate* unmanaged[Cdecl]<nint, void>)freeContext)(context);

        public int VerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key) =>
            ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)init)(context, keyContext, digest, engine, key);

        public int Verify(nint context, byte* signature, nuint signatureLength, byte* data, nuint dataLength) =>
            ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int>)verify)(
                context, signature, signatureLength, data, dataLength);
    }
}
