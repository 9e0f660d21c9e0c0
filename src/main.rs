//! The `huiqian` program: everything it does is in the library.

fn main() -> std::process::ExitCode {
    huiqian::cli::run(std::env::args_os())
}
