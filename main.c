/* SPDX-License-Identifier: Apache-2.0 */
/* swell: finds the subcommand, hands it the words it was given. No logic:
 * see commands/command.c for options and commands/NAME.c for the rest. */
#include "commands/command.h"

int main(int argc, char **argv)
{
    return command_main(argc, argv);
}
