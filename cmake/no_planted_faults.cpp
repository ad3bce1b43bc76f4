// Part of each program in a build with planted faults, so that none can be made there.
#ifdef VOSTRO_PLANTED_FAULTS
#error "VOSTRO_PLANTED_FAULTS is for the simulator alone: build vostro-sim, or configure without it"
#endif
